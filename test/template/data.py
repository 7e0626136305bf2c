"""Whether the table of the clients is what the app needs, kept from loss, and for the app alone; and what the first client takes."""

from template import options, references

WEB = "ApiFunction"
TABLE = "DataTable"
INDEX = "lists"
RIGHTS = {
    # A transaction needs the rights of the single writes in it.
    TABLE: {f"dynamodb:{name}" for name in ("DeleteItem", "GetItem", "PutItem", "Query")},
    f"{TABLE}/index/{INDEX}": {"dynamodb:Query"},
}
RESOURCES = {
    TABLE: {"Fn::GetAtt": [TABLE, "Arn"]},
    f"{TABLE}/index/{INDEX}": {"Fn::Sub": f"${{{TABLE}.Arn}}/index/{INDEX}"},
}


def violations(template):
    yield from table(template)
    yield from rights(template)
    yield from settings(template)
    yield from presence(template)


def table(template):
    properties, resource = template.properties(TABLE), template.resources.get(TABLE, {})
    keys = [(key["AttributeName"], key["KeyType"]) for key in properties.get("KeySchema", [])]
    indexes = {
        index["IndexName"]: ([(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]], index["Projection"]["ProjectionType"])
        for index in [*properties.get("LocalSecondaryIndexes", []), *properties.get("GlobalSecondaryIndexes", [])]
    }

    if keys != [("pk", "HASH"), ("sk", "RANGE")]:
        yield f"{TABLE} does not have the keys pk and sk"
    if indexes != {INDEX: ([("listed_in", "HASH"), ("pk", "RANGE")], "ALL")}:
        yield f"{TABLE} does not have the index {INDEX} with whole items, and no other"
    if properties.get("BillingMode") != "PAY_PER_REQUEST":
        yield f"{TABLE} costs something while nobody uses it"
    if properties.get("TimeToLiveSpecification") != {"AttributeName": "expires_at", "Enabled": True}:
        yield f"{TABLE} does not remove what has expired at expires_at"
    if properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled") is not True:
        yield f"{TABLE} cannot be brought back to an earlier point in time"
    if (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")) != ("Delete", "Retain"):
        yield f"{TABLE} does not go with the stack, or does not outlive its replacement"
    if "TableName" in properties:
        yield f"{TABLE} has a name of its own, so that it cannot be replaced"


def rights(template):
    web = next(references(template.properties(WEB)["Role"]))
    given = {name: set() for name in RIGHTS}

    for role in template.of_type("AWS::IAM::Role"):
        for policy in options(template.properties(role).get("Policies", [])):
            for statement in options(policy["PolicyDocument"]["Statement"]):
                actions = {action for action in options(statement.get("Action", [])) if action.startswith("dynamodb:")}
                resources = options(statement.get("Resource", []))
                if role != web and (actions or TABLE in set(references(resources))):
                    yield f"{role} gives rights on {TABLE} to another function than {WEB}"
                for name, resource in RESOURCES.items():
                    if role == web and resource in resources:
                        given[name] |= actions
                if role == web and actions and not all(resource in RESOURCES.values() for resource in resources):
                    yield f"{role} has rights on another table than {TABLE} and its index"

    for name, needed in RIGHTS.items():
        for action in sorted(needed - given[name]):
            yield f"{WEB} lacks {action} on {name}"
        for action in sorted(given[name] - needed):
            yield f"{WEB} does not need {action} on {name}"


def settings(template):
    for function in template.of_type("AWS::Lambda::Function"):
        value = template.properties(function).get("Environment", {}).get("Variables", {}).get("DataTable")
        if value != ({"Ref": TABLE} if function == WEB else None):
            yield f"{function} is told of another table than it should be"


def presence(template):
    """Nothing may need what is there only under a condition, unless it is there under the same one."""
    conditions = {name: resource["Condition"] for name, resource in template.resources.items() if "Condition" in resource}

    for name, item in [*template.resources.items(), *template.json["Outputs"].items()]:
        used = [item.get("Properties", item.get("Value")), item.get("Metadata", [])]
        for other in sorted(needed(used, conditions, {item.get("Condition")})):
            yield f"{name} needs {other}, which is not always there"

    if template.json["Outputs"]["FirstPersonCommand"].get("Condition") != "HasSignIn":
        yield "FirstPersonCommand is there even where nobody can sign in"
    if conditions.get("FirstClientSecret") != "HasFirstClient":
        yield "FirstClientSecret is there even where no first client is wanted"


def needed(value, conditions, held):
    if isinstance(value, dict) and list(value) == ["Fn::If"]:
        condition, there, otherwise = value["Fn::If"]
        return needed(there, conditions, held | {condition}) | needed(otherwise, conditions, held)
    if isinstance(value, dict) and not {"Ref", "Fn::GetAtt", "Fn::Sub"} & set(value):
        value = list(value.values())
    if isinstance(value, list):
        return {other for item in value for other in needed(item, conditions, held)}
    return {other for other in references(value) if other in conditions and conditions[other] not in held}
