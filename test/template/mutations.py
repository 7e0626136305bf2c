"""Mistakes that the check has to find, each made in a copy of the template."""

MUTATIONS = {}


def mutation(change):
    MUTATIONS[change.__name__.replace("_", "-")] = lambda source: change(source["Resources"], source)
    return change


def statements(resources, role):
    return resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]


@mutation
def cycle(resources, source):
    resources["Api"]["DependsOn"] = "Stage"


@mutation
def authorizer_before_gate(resources, source):
    resources["Authorizer"]["DependsOn"] = "Stage"


@mutation
def gate_before_stage(resources, source):
    resources["ReadinessGate"]["DependsOn"] = ["ApiPermission", "FirstKey"]
    del resources["ReadinessGate"]["Properties"]["Behind"]


@mutation
def gate_before_first_key(resources, source):
    resources["ReadinessGate"]["DependsOn"].remove("FirstKey")


@mutation
def gate_before_domain(resources, source):
    del resources["ReadinessGate"]["Properties"]["Behind"]


@mutation
def gate_before_permission(resources, source):
    resources["ReadinessGate"]["DependsOn"].remove("ApiPermission")
    resources["Stage"]["DependsOn"].remove("ApiPermission")


@mutation
def stage_before_key_set(resources, source):
    resources["Stage"]["DependsOn"].remove("KeySetRoute")


@mutation
def schedule_before_permission(resources, source):
    resources["RotationSchedule"]["DependsOn"].remove("RotationPermission")


@mutation
def schedule_before_first_key(resources, source):
    resources["RotationSchedule"]["DependsOn"].remove("FirstKey")


@mutation
def background_rotation(resources, source):
    resources["RotationSchedule"]["Properties"]["RotateImmediatelyOnUpdate"] = True


@mutation
def no_first_key(resources, source):
    del resources["FirstKey"]
    resources["RotationSchedule"]["DependsOn"].remove("FirstKey")
    resources["ReadinessGate"]["DependsOn"].remove("FirstKey")


@mutation
def deletion_waits(resources, source):
    del resources["FirstKey"]["DeletionPolicy"]


@mutation
def gate_runs_once(resources, source):
    del resources["ReadinessGate"]["Properties"]["Version"]


@mutation
def no_gate(resources, source):
    del resources["ReadinessGate"], resources["Authorizer"]["DependsOn"]


@mutation
def gate_outlives_patience(resources, source):
    resources["GateFunction"]["Properties"]["Timeout"] = 180


@mutation
def throttle_of_no_route(resources, source):
    settings = resources["Stage"]["Properties"]["RouteSettings"]["Fn::If"][1]
    settings["POST /token"] = settings["POST /oauth2/token"]


@mutation
def throttle_before_route(resources, source):
    resources["Stage"]["DependsOn"].remove("TokenRoute")


@mutation
def no_token_throttle(resources, source):
    del resources["Stage"]["Properties"]["RouteSettings"]


@mutation
def default_route(resources, source):
    resources["HealthRoute"]["Properties"]["RouteKey"] = "$default"


@mutation
def root_variable(resources, source):
    resources["HealthRoute"]["Properties"]["RouteKey"] = "GET /{proxy+}"


@mutation
def open_route(resources, source):
    resources["HealthRoute"]["Properties"]["RouteKey"] = "GET /metrics"


@mutation
def other_spelling(resources, source):
    resources["HealthRoute"]["Properties"]["RouteKey"] = "GET /ADMIN/{proxy+}"


@mutation
def unguarded(resources, source):
    for name in ("AuthorizationType", "AuthorizerId", "AuthorizationScopes"):
        del resources["AdminPathsRoute"]["Properties"][name]


@mutation
def wrong_scope(resources, source):
    resources["AdminRoute"]["Properties"]["AuthorizationScopes"] = ["USER"]


@mutation
def other_issuer(resources, source):
    resources["Authorizer"]["Properties"]["JwtConfiguration"]["Issuer"] = "https://example.com"


@mutation
def implicit_api(resources, source):
    resources["ApiFunction"]["Properties"]["Events"] = {
        "Any": {"Type": "HttpApi", "Properties": {"Path": "/any", "Method": "GET"}},
    }


@mutation
def wildcard_resource(resources, source):
    statements(resources, "ApiRole")[1]["Resource"] = "*"


@mutation
def wildcard_action(resources, source):
    statements(resources, "RotationRole")[1]["Action"] = "secretsmanager:*"


@mutation
def wildcard_below_key(resources, source):
    statements(resources, "RotationRole")[1]["Resource"] = {"Fn::Sub": "${KeySecret}*"}


@mutation
def log_reader(resources, source):
    statements(resources, "GateRole")[0]["Action"].append("logs:GetLogEvents")


@mutation
def managed_policy(resources, source):
    resources["GateRole"]["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]


@mutation
def api_writes_keys(resources, source):
    statements(resources, "ApiRole")[1]["Action"] = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]


@mutation
def gate_reads_keys(resources, source):
    statements(resources, "GateRole").append(statements(resources, "ApiRole")[1])


@mutation
def shared_role(resources, source):
    resources["ApiFunction"]["Properties"]["Role"] = {"Fn::GetAtt": ["RotationRole", "Arn"]}


@mutation
def secret_with_value(resources, source):
    resources["KeySecret"]["Properties"]["GenerateSecretString"] = {}


@mutation
def open_permission(resources, source):
    for name in ("SourceAccount", "SourceArn"):
        del resources["RotationPermission"]["Properties"][name]


@mutation
def any_secret_rotates(resources, source):
    del resources["RotationPermission"]["Properties"]["SourceArn"]


@mutation
def api_revokes(resources, source):
    invoke = next(one for one in statements(resources, "ApiRole") if one.get("Action") == "lambda:InvokeFunction")
    invoke["Resource"] = [invoke["Resource"], {"Fn::GetAtt": ["RevocationFunction", "Arn"]}]


@mutation
def api_changes_the_schedule(resources, source):
    rotate = next(one for one in statements(resources, "ApiRole") if one.get("Action") == "secretsmanager:RotateSecret")
    del rotate["Condition"]["BoolIfExists"]


@mutation
def no_domain_rule(resources, source):
    del source["Rules"]["CustomDomain"]


@mutation
def lax_domain_rule(resources, source):
    assertion = source["Rules"]["CustomDomain"]["Assertions"][0]
    assertion["Assert"] = {"Fn::Or": [assertion["Assert"], {"Fn::Equals": [{"Ref": "HostedZoneId"}, ""]}]}
