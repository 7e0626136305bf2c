"""Whether the gateway guards what has to be guarded, for one issuer and audience, and opens nothing else."""

import re

SIGN_IN = {
    "ANY /oauth2/authorize",
    "ANY /oauth2/userinfo",
    "ANY /oauth2/logout",
    "ANY /sign-in",
    "ANY /sign-in/{proxy+}",
    "ANY /enroll/{proxy+}",
    "ANY /account",
    "ANY /account/{proxy+}",
    "GET /assets/{proxy+}",
}
PUBLIC = {
    *SIGN_IN,
    "GET /.well-known/openid-configuration",
    "GET /.well-known/oauth-authorization-server",
    "GET /.well-known/jwks.json",
    "POST /oauth2/token",
    "GET /health",
    "GET /swagger",
    "GET /swagger/{proxy+}",
}
GUARDED = {
    "ANY /user": "USER",
    "ANY /user/{proxy+}": "USER",
    "ANY /admin": "ADMIN",
    "ANY /admin/{proxy+}": "ADMIN",
}
ISSUER = {"Fn::GetAtt": ["IssuerParameter", "Value"]}
AUDIENCE = {"Fn::GetAtt": ["AudienceParameter", "Value"]}


def violations(template):
    routes = {route["Properties"]["RouteKey"]: name for name, route in template.of_type("AWS::ApiGatewayV2::Route").items()}

    for key in sorted({*PUBLIC, *GUARDED} - set(routes)):
        yield f"There is no route {key}"

    for key, name in routes.items():
        yield from route(template, key, template.properties(name))
        if (key in SIGN_IN) != (template.resources[name].get("Condition") == "HasSignIn"):
            yield f"Route {key} does not follow the parameter SignIn as it should"

    for name in template.of_type("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
        if name != "Api" or "Body" in template.properties(name):
            yield f"{name} is made by SAM or from an OpenAPI document, which may lose the authorizer"

    for name in template.of_type("AWS::ApiGatewayV2::Integration"):
        if template.properties(name).get("PayloadFormatVersion") != "2.0":
            yield f"{name} does not use payload format 2.0"

    yield from identity(template)
    yield from custom_domain(template)


def route(template, key, properties):
    if key == "$default" or re.match(r"\S+ /\{", key):
        yield f"Route {key} matches any path, so another spelling of a guarded path would pass by the authorizer"
        return

    # The app's routes are not case-sensitive.
    top = re.match(r"\S+ /([^/]*)", key).group(1).lower()
    scope = {"user": "USER", "admin": "ADMIN"}.get(top)

    if scope is None:
        if key not in PUBLIC and "AuthorizerId" not in properties:
            yield f"Route {key} is open, and is none of those that should be"
        return

    if properties.get("AuthorizationType") != "JWT" or properties.get("AuthorizerId") != {"Ref": "Authorizer"}:
        yield f"Route {key} has no authorizer"
    if properties.get("AuthorizationScopes") != [scope]:
        yield f"Route {key} does not ask for the scope {scope} alone"


def identity(template):
    authorizer = template.properties("Authorizer")
    trusted = authorizer.get("JwtConfiguration", {})
    web = template.properties("ApiFunction")["Environment"]["Variables"]
    gate = template.properties("ReadinessGate")

    for user, value, expected in [
        ("Authorizer", trusted.get("Issuer"), ISSUER),
        ("ApiFunction", web.get("Issuer"), ISSUER),
        ("ReadinessGate", gate.get("Issuer"), ISSUER),
        ("Authorizer", trusted.get("Audience"), [AUDIENCE]),
        ("ApiFunction", web.get("Audience"), AUDIENCE),
    ]:
        if value != expected:
            yield f"{user} does not take issuer or audience from its parameter"

    if authorizer.get("AuthorizerType") != "JWT" or authorizer.get("IdentitySource") != ["$request.header.Authorization"]:
        yield "Authorizer does not check the token of the Authorization header"


def custom_domain(template):
    names = ["DomainName", "CertificateArn", "HostedZoneId"]
    rules = [
        assertion["Assert"]
        for rule in template.json.get("Rules", {}).values()
        for assertion in rule["Assertions"]
    ]

    for given in range(8):
        values = {name: "given" if given & 1 << place else "" for place, name in enumerate(names)}
        if all(holds(rule, values) for rule in rules) != (given in (0, 7)):
            what = ", ".join(name for name in names if values[name]) or "nothing"
            yield f"No rule, or a wrong one, judges a custom domain with {what}"


def holds(rule, values):
    """The value of a rule's function; parameters that are not named are empty."""
    [(function, items)] = rule.items()
    match function:
        case "Fn::Equals":
            left, right = (values.get(item["Ref"], "") if isinstance(item, dict) else item for item in items)
            return left == right
        case "Fn::Not":
            return not holds(items[0], values)
        case "Fn::And":
            return all(holds(item, values) for item in items)
        case "Fn::Or":
            return any(holds(item, values) for item in items)
