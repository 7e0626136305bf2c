"""Whether everything is made in an order in which it can work."""

from template import references

PERMISSION = "AWS::Lambda::Permission"
# Each has secrets that could be guessed, or work that costs something.
THROTTLED = [
    "POST /oauth2/token",
    "ANY /oauth2/authorize",
    "ANY /oauth2/userinfo",
    "ANY /oauth2/logout",
    "ANY /sign-in",
    "ANY /sign-in/{proxy+}",
    "ANY /enroll/{proxy+}",
    "ANY /account",
    "ANY /account/{proxy+}",
]
OPERATED = {"RevocationFunction"}  # Started by hand, and not part of a deployment.


def violations(template):
    for name in template.cycles():
        yield f"{name} waits for itself"

    gates = template.of_type("Custom::ReadinessGate")
    keys = template.of_type("Custom::FirstKey")
    authorizers = template.of_type("AWS::ApiGatewayV2::Authorizer")

    if (len(gates), len(keys), len(authorizers)) != (1, 1, 1):
        yield f"There are {len(gates)} readiness gates, {len(keys)} first keys and {len(authorizers)} authorizers instead of one of each"
        return

    needed = set(answering(template))

    for gate in gates:
        yield from waits(template, gate, needed)
        if not set(references(template.properties(gate).get("Version"))) & set(template.of_type("AWS::Lambda::Version")):
            yield f"{gate} does not run again for a new package"

    for name in [*gates, *keys]:
        yield from times(template, name)
        if {template.resources[name].get(policy) for policy in ("DeletionPolicy", "UpdateReplacePolicy")} != {"Retain"}:
            yield f"{name} makes the deletion of the stack wait for its function"

    for authorizer in authorizers:
        yield from waits(template, authorizer, needed | set(gates))

    for name in template.of_type("AWS::SecretsManager::RotationSchedule"):
        yield from waits(template, name, permissions(template, "secretsmanager.amazonaws.com") | set(keys))
        if template.properties(name).get("RotateImmediatelyOnUpdate") is not False:
            yield f"{name} rotates in the background whenever it changes"

    for name in template.of_type("AWS::ApiGatewayV2::Stage"):
        yield from stage(template, name)


def answering(template):
    """All that the public address needs in order to answer."""
    yield from (name for name in template.of_type("AWS::Lambda::Function") if name not in OPERATED)
    yield from template.of_type(
        "AWS::ApiGatewayV2::Stage",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::Route53::RecordSet",
        "Custom::FirstKey",
    )
    yield from permissions(template, "apigateway.amazonaws.com")
    # Routes that are there only sometimes are not what the gateway asks for.
    yield from (
        name
        for name, route in template.of_type("AWS::ApiGatewayV2::Route").items()
        if "AuthorizerId" not in route["Properties"] and "Condition" not in route
    )


def permissions(template, principal):
    return {name for name in template.of_type(PERMISSION) if template.properties(name)["Principal"] == principal}


def waits(template, name, needed):
    for other in sorted(needed - template.behind(name)):
        yield f"{name} does not wait for {other}"


def times(template, gate):
    properties = template.properties(gate)
    function = next(references(properties["ServiceToken"]))
    if template.properties(function)["Timeout"] >= properties["ServiceTimeout"]:
        yield f"{function} may run for longer than CloudFormation waits for {gate}"


def stage(template, name):
    properties = template.properties(name)
    routes = {route["Properties"]["RouteKey"]: other for other, route in template.of_type("AWS::ApiGatewayV2::Route").items()}

    if properties.get("StageName") != "$default" or properties.get("AutoDeploy") is not True:
        yield f"{name} is not a $default stage that deploys itself"

    conditions = {key: template.resources[route].get("Condition") for key, route in routes.items()}
    choices = list(alternatives(properties.get("RouteSettings", {})))

    for key in THROTTLED:
        applied = [settings for held, settings in choices if conditions.get(key) in (None, held)]
        if not applied or any(key not in settings for settings in applied):
            yield f"{name} does not throttle {key} on its own"

    for held, settings in choices:
        for key in settings:
            if key not in routes:
                yield f"{name} throttles {key}, which is no route"
            elif routes[key] not in template.behind(name):
                yield f"{name} throttles {key} before that route exists"
            elif conditions[key] not in (None, held):
                yield f"{name} throttles {key}, which is not always a route"


def alternatives(value):
    """The values that CloudFormation may choose, each with the condition under which it does."""
    if list(value) == ["Fn::If"]:
        condition, there, otherwise = value["Fn::If"]
        yield condition, there
        yield None, otherwise
    else:
        yield None, value
