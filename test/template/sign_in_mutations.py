"""Mistakes in the routes of sign-in, added to those of data_mutations.py."""

from data_mutations import MUTATIONS, mutation


def stage(resources):
    return resources["Stage"]["Properties"]


@mutation
def no_sign_in_throttle(resources, source):
    del stage(resources)["RouteSettings"]["Fn::If"][1]["ANY /sign-in/{proxy+}"]


@mutation
def no_throttle_without_sign_in(resources, source):
    stage(resources)["RouteSettings"]["Fn::If"][2] = {}


@mutation
def sign_in_throttle_always(resources, source):
    stage(resources)["RouteSettings"] = stage(resources)["RouteSettings"]["Fn::If"][1]


@mutation
def sign_in_throttle_before_route(resources, source):
    del resources["Stage"]["Metadata"]


@mutation
def stage_needs_sign_in(resources, source):
    resources["Stage"]["Metadata"]["Behind"] = resources["Stage"]["Metadata"]["Behind"]["Fn::If"][1]


@mutation
def no_enrollment_route(resources, source):
    del resources["EnrollmentPathsRoute"]


@mutation
def account_route_always(resources, source):
    del resources["AccountRoute"]["Condition"]


@mutation
def health_only_with_sign_in(resources, source):
    resources["HealthRoute"]["Condition"] = "HasSignIn"


@mutation
def whole_sign_in_open(resources, source):
    resources["SignInPathsRoute"]["Properties"]["RouteKey"] = "ANY /{proxy+}"


@mutation
def first_person_always(resources, source):
    del source["Outputs"]["FirstPersonCommand"]["Condition"]
