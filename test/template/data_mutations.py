"""Mistakes in the table and in the rights on it, added to those of mutations.py."""

from mutations import MUTATIONS, mutation, statements


def table(resources):
    return resources["DataTable"]["Properties"]


def rights_on_table(resources):
    return next(one for one in statements(resources, "ApiRole") if one.get("Resource") == {"Fn::GetAtt": ["DataTable", "Arn"]})


@mutation
def other_keys(resources, source):
    table(resources)["KeySchema"].pop()


@mutation
def no_index(resources, source):
    del table(resources)["GlobalSecondaryIndexes"]


@mutation
def index_of_keys(resources, source):
    table(resources)["GlobalSecondaryIndexes"][0]["Projection"]["ProjectionType"] = "KEYS_ONLY"


@mutation
def provisioned_table(resources, source):
    table(resources)["BillingMode"] = "PROVISIONED"


@mutation
def no_expiry(resources, source):
    del table(resources)["TimeToLiveSpecification"]


@mutation
def other_expiry(resources, source):
    table(resources)["TimeToLiveSpecification"]["AttributeName"] = "ttl"


@mutation
def no_recovery(resources, source):
    table(resources)["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] = False


@mutation
def table_lost_when_replaced(resources, source):
    del resources["DataTable"]["UpdateReplacePolicy"]


@mutation
def named_table(resources, source):
    table(resources)["TableName"] = "clients"


@mutation
def table_scanned(resources, source):
    rights_on_table(resources)["Action"].append("dynamodb:Scan")


@mutation
def no_deletion(resources, source):
    rights_on_table(resources)["Action"].remove("dynamodb:DeleteItem")


@mutation
def index_not_read(resources, source):
    statements(resources, "ApiRole").pop(-2)


@mutation
def any_index(resources, source):
    statements(resources, "ApiRole")[-2]["Resource"] = {"Fn::Sub": "${DataTable.Arn}/index/*"}


@mutation
def rotation_reads_clients(resources, source):
    statements(resources, "RotationRole").append(rights_on_table(resources))


@mutation
def gate_reads_clients(resources, source):
    statements(resources, "GateRole").append(rights_on_table(resources))


@mutation
def other_table(resources, source):
    resources["ApiFunction"]["Properties"]["Environment"]["Variables"]["DataTable"] = "clients"


@mutation
def rotation_told_of_table(resources, source):
    resources["RotationFunction"]["Properties"]["Environment"]["Variables"]["DataTable"] = {"Ref": "DataTable"}


@mutation
def first_client_always(resources, source):
    del resources["FirstClientSecret"]["Condition"]


@mutation
def setting_without_secret(resources, source):
    resources["ApiFunction"]["Properties"]["Environment"]["Variables"]["FirstClientSecretId"] = {"Ref": "FirstClientSecret"}


@mutation
def right_without_secret(resources, source):
    for number, one in enumerate(statements(resources, "ApiRole")):
        if one.get("Fn::If", [None])[0] == "HasFirstClient":
            statements(resources, "ApiRole")[number] = one["Fn::If"][1]


@mutation
def output_without_secret(resources, source):
    del source["Outputs"]["FirstClientSecretArn"]["Condition"]
