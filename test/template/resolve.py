#!/usr/bin/env python3
"""
Prints the resources of serverless.template as they are once CloudFormation has made them, as JSON.

    resolve.py VALUES    VALUES is a JSON object: what a parameter, a resource ("Api") or an attribute of one
                         ("IssuerParameter.Value") is. Without, a parameter has its default, a resource its own name, and an
                         attribute its property of that name, or else "RESOURCE.ATTRIBUTE".
"""

import json
import re
import sys

from template import Template

PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::StackName": "stack",
    "AWS::URLSuffix": "amazonaws.com",
}
NOTHING = object()


class Stack:
    def __init__(self, template, values):
        self.template = template
        defaults = {name: parameter.get("Default", "") for name, parameter in template.parameters.items()}
        self.values = {**PSEUDO, **defaults, **values}

    def resources(self):
        return {
            name: {"Type": resource["Type"], "Properties": self.value(resource.get("Properties", {}))}
            for name, resource in self.template.resources.items()
            if "Condition" not in resource or self.condition(resource["Condition"])
        }

    def value(self, source):
        if isinstance(source, list):
            return [value for value in map(self.value, source) if value is not NOTHING]
        if not isinstance(source, dict):
            return source
        if len(source) == 1:
            ((function, argument),) = source.items()
            match function:
                case "Ref":
                    return NOTHING if argument == "AWS::NoValue" else self.values.get(argument, argument)
                case "Fn::GetAtt":
                    return self.attribute(*(argument.split(".", 1) if isinstance(argument, str) else argument))
                case "Fn::Sub":
                    return re.sub(r"\$\{([\w:]+)(?:\.(\w+))?\}", self.substitute, argument)
                case "Fn::If":
                    return self.value(argument[1 if self.condition(argument[0]) else 2])
        values = {key: self.value(value) for key, value in source.items()}
        return {key: value for key, value in values.items() if value is not NOTHING}

    def substitute(self, found):
        name, attribute = found.groups()
        return str(self.attribute(name, attribute) if attribute else self.value({"Ref": name}))

    def attribute(self, name, attribute):
        key = f"{name}.{attribute}"
        if key in self.values:
            return self.values[key]
        return self.value(self.template.properties(name).get(attribute, key))

    def condition(self, source):
        if isinstance(source, str):
            return self.condition(self.template.json["Conditions"][source])
        ((function, argument),) = source.items()
        match function:
            case "Fn::Equals":
                return self.value(argument[0]) == self.value(argument[1])
            case "Fn::Not":
                return not self.condition(argument[0])
            case "Fn::And":
                return all(map(self.condition, argument))
            case "Fn::Or":
                return any(map(self.condition, argument))
            case "Condition":
                return self.condition(argument)
        raise ValueError(f"no such condition: {function}")


if __name__ == "__main__":
    print(json.dumps(Stack(Template(Template.read()), json.loads(sys.argv[1])).resources()))
