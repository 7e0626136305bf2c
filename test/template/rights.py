"""Whether each function may do what it has to, and nothing else."""

from template import options, references

SECRET = "AWS::SecretsManager::Secret"
WRITE_KEYS = {"RotationFunction", "RevocationFunction"}
READS = {"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", "secretsmanager:RotateSecret"}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}


def violations(template):
    secrets = set(template.of_type(SECRET))
    roles = {}

    for function, resource in template.of_type("AWS::Lambda::Function").items():
        role = next(references(resource["Properties"]["Role"]), None)
        if role in roles:
            yield f"{function} shares its role with {roles[role]}"
        roles[role] = function

    for role in template.of_type("AWS::IAM::Role"):
        function = roles.get(role, "no function")
        yield from trust(template, role)
        for statement in statements(template, role):
            yield from wildcards(template, role, statement)
            yield from secret_rights(role, function, statement, secrets)
            yield from invocations(role, statement)
            yield from rotations(role, statement)

    for name in template.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        yield f"{name} is a policy outside of the roles, where nobody looks for it"

    for name in template.of_type("AWS::Lambda::Permission"):
        properties = template.properties(name)
        if properties["Principal"] == "*" or not {"SourceArn", "SourceAccount"} & set(properties):
            yield f"{name} lets others than this account start the function"
        if properties["Principal"] == "secretsmanager.amazonaws.com" and properties.get("SourceArn") != {"Ref": "KeySecret"}:
            yield f"{name} lets other secrets than KeySecret start the function"

    for name in secrets:
        if "SecretString" in template.properties(name):
            yield f"{name} has its value in the template"

    if "GenerateSecretString" in template.properties("KeySecret"):
        yield "KeySecret gets a value from the template, which could overwrite live keys"


def invocations(role, statement):
    """The function that revokes keys is for operators."""
    if any(action.startswith("lambda:") for action in options(statement.get("Action", []))):
        if set(references(statement.get("Resource", []))) != {"RotationFunction"}:
            yield f"{role} may start another function than RotationFunction"


def rotations(role, statement):
    """Whoever asks for a rotation may change neither its schedule nor its function."""
    condition = statement.get("Condition", {})
    if "secretsmanager:RotateSecret" in options(statement.get("Action", [])) and condition != {
        "ArnEqualsIfExists": {"secretsmanager:RotationLambdaARN": {"Fn::GetAtt": ["RotationFunction", "Arn"]}},
        "BoolIfExists": {"secretsmanager:ModifyRotationRules": "false"},
    }:
        yield f"{role} may change how KeySecret is rotated"


def trust(template, role):
    properties = template.properties(role)
    if properties.get("ManagedPolicyArns"):
        yield f"{role} has managed policies, which allow more than is needed"
    for statement in properties["AssumeRolePolicyDocument"]["Statement"]:
        if statement["Principal"] != {"Service": "lambda.amazonaws.com"}:
            yield f"{role} can be assumed by others than Lambda"


def statements(template, role):
    for policy in options(template.properties(role).get("Policies", [])):
        yield from options(policy["PolicyDocument"]["Statement"])


def wildcards(template, role, statement):
    actions, resources = options(statement.get("Action", [])), options(statement.get("Resource", []))

    if not actions or not resources:
        yield f"{role} has a statement that says what it does not mean (NotAction, NotResource)"

    for text in [*map(str, actions), *map(str, resources)]:
        if "*" in text or "?" in text:
            yield f"{role} has the wildcard {text}"

    # The one form that there is no narrower one of: the ARN of a log group ends in `:*`, which stands for its streams.
    for resource in resources:
        if set(references(resource)) & set(template.of_type("AWS::Logs::LogGroup")) and not set(actions) <= LOGS:
            yield f"{role} may do more to a log than write it"


def secret_rights(role, function, statement, secrets):
    actions = {action for action in options(statement.get("Action", [])) if action.startswith(("secretsmanager:", "kms:"))}
    touched = secrets & set(references(statement.get("Resource", [])))

    if function == "GateFunction" and (actions or touched):
        yield f"{role} gives the gate rights on secrets"
    if function not in WRITE_KEYS and touched and not actions <= READS:
        yield f"{role} lets {function} write {', '.join(sorted(touched))}"
    if function not in WRITE_KEYS and "kms:GenerateDataKey" in actions:
        yield f"{role} lets {function} encrypt secrets"
