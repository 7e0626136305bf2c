"""Runs the server of moto with its arguments, and one correction: a secret without a current version can get one."""

import sys

from moto.secretsmanager.models import SecretsManagerBackend
from moto.server import main

update_secret_version_stage = SecretsManagerBackend.update_secret_version_stage


def corrected(self, secret_id, version_stage, remove_from_version_id, move_to_version_id):
    versions = self.secrets[secret_id].versions if secret_id in self.secrets else {}
    if version_stage == "AWSCURRENT" and not remove_from_version_id and move_to_version_id in versions:
        if not any("AWSCURRENT" in version["version_stages"] for version in versions.values()):
            versions[move_to_version_id]["version_stages"].append("AWSCURRENT")
            return self.secrets[secret_id].arn, self.secrets[secret_id].name
    return update_secret_version_stage(self, secret_id, version_stage, remove_from_version_id, move_to_version_id)


SecretsManagerBackend.update_secret_version_stage = corrected

if __name__ == "__main__":
    main(sys.argv[1:])
