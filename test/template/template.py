"""The template as CloudFormation gets it, after the SAM transform, and what depends on what in it."""

import copy
import logging
import os
import re
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")  # The transform asks for one, whatever it is.
logging.getLogger("samtranslator").setLevel(logging.ERROR)  # It warns that nobody collects its metrics.

from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

PATH = Path(__file__).parents[2] / "serverless.template"


class NoManagedPolicies:
    """The transform looks names of managed policies up here; the template uses none."""

    def load(self):
        return {}


class Template:
    def __init__(self, source):
        source = copy.deepcopy(source)
        # `sam build` puts the address of the package here; any will do.
        source["Globals"]["Function"]["CodeUri"] = "s3://bucket/package.zip"
        self.json = transform(source, {}, NoManagedPolicies())
        self.resources = self.json["Resources"]
        self.parameters = self.json["Parameters"]
        self.edges = {name: set(self._dependencies(name)) for name in self.resources}

    @staticmethod
    def read():
        return yaml_parse(PATH.read_text(encoding="utf-8"))

    def of_type(self, *types):
        return {name: resource for name, resource in self.resources.items() if resource["Type"] in types}

    def properties(self, name):
        return self.resources.get(name, {}).get("Properties", {})

    def behind(self, name):
        """All that exists before this resource is made."""
        found, waiting = set(), [name]
        while waiting:
            for other in self.edges.get(waiting.pop(), ()):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found

    def cycles(self):
        return sorted(name for name in self.resources if name in self.behind(name))

    def _dependencies(self, name):
        depends_on = self.resources[name].get("DependsOn", [])
        names = [depends_on] if isinstance(depends_on, str) else depends_on
        # CloudFormation follows the references in the metadata too.
        used = references([self.properties(name), self.resources[name].get("Metadata", {})])
        return {other for other in [*names, *used] if other in self.resources}


def references(value):
    """The logical names in every Ref, GetAtt and Sub below a value."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item.split(".")[0] if isinstance(item, str) else item[0]
            elif key == "Fn::Sub":
                text, *variables = item if isinstance(item, list) else [item]
                yield from re.findall(r"\$\{(\w+)(?:\.\w+)?\}", text)
                yield from references(variables)
            else:
                yield from references(item)


def options(value):
    """The items of a list that the template may choose from, whatever its conditions are."""
    if isinstance(value, dict) and list(value) == ["Fn::If"]:
        return [*options(value["Fn::If"][1]), *options(value["Fn::If"][2])]
    if isinstance(value, list):
        return [option for item in value for option in options(item)]
    return [] if value == {"Ref": "AWS::NoValue"} else [value]
