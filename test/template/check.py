#!/usr/bin/env python3
"""
Checks serverless.template. Prints a line for each violation, and exits with 1 where there is any.

    check.py                  checks the template
    check.py --syntax FILE    checks only that an old YAML reader can read this file
    check.py --mutate NAME    checks a copy with a mistake in it (see mutations.py)
    check.py --mutations      prints what is found in each of these copies, with the name of the mistake in front
    check.py --json           prints what CloudFormation gets
"""

import copy
import json
import sys
from pathlib import Path

import data
import gateway
import order
import rights
import syntax
from sign_in_mutations import MUTATIONS
from template import PATH, Template


def violations(source):
    template = Template(source)
    return [line for check in (order, gateway, rights, data) for line in check.violations(template)]


def mutated(name):
    source = copy.deepcopy(Template.read())
    MUTATIONS[name](source)
    return source


def main(arguments):
    match arguments:
        case []:
            found = [*syntax.violations(PATH.read_text(encoding="utf-8")), *violations(Template.read())]
        case ["--syntax", path]:
            found = list(syntax.violations(Path(path).read_text(encoding="utf-8")))
        case ["--mutate", name] if name in MUTATIONS:
            found = violations(mutated(name))
        case ["--mutations"]:
            for name in MUTATIONS:
                print(*(f"{name}: {line}" for line in violations(mutated(name)) or ["nothing"]), sep="\n")
            return 0
        case ["--json"]:
            print(json.dumps(Template(Template.read()).json))
            return 0
        case _:
            print(__doc__, "Mistakes:", *MUTATIONS, sep="\n    ", file=sys.stderr)
            return 2

    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
