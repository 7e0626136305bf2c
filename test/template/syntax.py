"""Whether the YAML reader of `dotnet lambda deploy-serverless`, which is older and stricter than others, can read the template."""

import yaml


def violations(text):
    """A plain scalar with a colon is an error for it inside of [...] and {...} (YAML 1.1 §5.3: ':' is an indicator there)."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        match token:
            case yaml.FlowSequenceStartToken() | yaml.FlowMappingStartToken():
                depth += 1
            case yaml.FlowSequenceEndToken() | yaml.FlowMappingEndToken():
                depth -= 1
            case yaml.ScalarToken(plain=True, value=value) if depth and ":" in value:
                yield f"Line {token.start_mark.line + 1} has {value} without quotes inside of brackets"
