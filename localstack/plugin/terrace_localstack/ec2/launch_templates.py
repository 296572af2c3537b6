"""Launch templates: data kept as it was sent, versions that can be deleted, tags that follow CreateTags.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
"""

import copy

from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import aws_error


def find(scope: Scope, given: dict) -> LaunchTemplate:
    """Returns the template that a request names by id or by name."""
    known = scope.ec2.launch_templates
    if identity := given.get("LaunchTemplateId"):
        if identity not in known:
            raise aws_error(
                "InvalidLaunchTemplateId.NotFound",
                f"The specified launch template, with template ID {identity}, does not exist.",
            )
        return known[identity]
    name = given.get("LaunchTemplateName")
    if not name:
        raise aws_error(
            "MissingParameter", "The request must contain the parameter launch template ID or launch template name"
        )
    for template in known.values():
        if template.name == name:
            return template
    raise aws_error(
        "InvalidLaunchTemplateName.NotFoundException",
        f"The specified launch template, with template name {name}, does not exist.",
    )


def version_of(template: LaunchTemplate, number: str | int | None) -> LaunchTemplateVersion:
    """Returns the version for a number, ``$Latest``, ``$Default`` or nothing."""
    wanted = template.default_version_number if number in (None, "", "$Default") else number
    if wanted == "$Latest":
        return template.versions[-1]
    for version in template.versions:
        if str(version.number) == str(wanted):
            return version
    raise aws_error(
        "InvalidLaunchTemplateId.VersionNotFound",
        f"Could not find launch template version {number} for the template {template.id}",
    )


LaunchTemplate.get_version = version_of
LaunchTemplate.default_version = lambda self: version_of(self, self.default_version_number)


def _create_version(self: LaunchTemplate, data: dict, description: str) -> LaunchTemplateVersion:
    self._last_number = getattr(self, "_last_number", 0) + 1
    version = LaunchTemplateVersion(self, self._last_number, data, description)
    self.versions.append(version)
    return version


LaunchTemplate.create_version = _create_version


def _template(scope: Scope, template: LaunchTemplate) -> dict:
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "CreateTime": template.create_time,
        "CreatedBy": f"arn:{scope.partition}:iam::{scope.account}:root",
        "DefaultVersionNumber": template.default_version_number,
        "LatestVersionNumber": template.versions[-1].number,
        "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in template.get_tags()],
    }


def _version(scope: Scope, version: LaunchTemplateVersion) -> dict:
    shown = {
        "LaunchTemplateId": version.template.id,
        "LaunchTemplateName": version.template.name,
        "VersionNumber": version.number,
        "CreateTime": version.create_time,
        "CreatedBy": f"arn:{scope.partition}:iam::{scope.account}:root",
        "DefaultVersion": version.number == version.template.default_version_number,
        "LaunchTemplateData": copy.deepcopy(version.data),
    }
    return shown | ({"VersionDescription": version.description} if version.description else {})


@mend("ec2", "CreateLaunchTemplate")
def create(call: Call) -> Answer:
    scope, data = Scope.of(call.context), call.params.get("LaunchTemplateData")
    if data is None:
        raise aws_error("MissingParameter", "The request must contain the parameter LaunchTemplateData")
    # moto gets a template without data: it would add the template's own tags to them
    answer = call.proceed(LaunchTemplateData={"EbsOptimized": False}, TagSpecifications=None)
    template = scope.ec2.launch_templates[answer["LaunchTemplate"]["LaunchTemplateId"]]
    template.versions[0].data = copy.deepcopy(data)
    for specification in call.params.get("TagSpecifications", []):
        if specification.get("ResourceType") != "launch-template":
            raise aws_error(
                "InvalidParameterValue",
                f"'{specification.get('ResourceType')}' is not a valid taggable resource type for this operation.",
            )
        template.add_tags({tag["Key"]: tag.get("Value", "") for tag in specification.get("Tags", [])})
    return {"LaunchTemplate": _template(scope, template)}


@mend("ec2", "CreateLaunchTemplateVersion")
def create_version(call: Call) -> Answer:
    scope = Scope.of(call.context)
    template, data = find(scope, call.params), copy.deepcopy(call.params.get("LaunchTemplateData") or {})
    if source := call.params.get("SourceVersion"):
        data = copy.deepcopy(version_of(template, source).data) | data
    version = template.create_version(data, call.params.get("VersionDescription"))
    return {"LaunchTemplateVersion": _version(scope, version)}


@mend("ec2", "DescribeLaunchTemplates")
def describe(call: Call) -> Answer:
    scope = Scope.of(call.context)
    for identity in call.params.get("LaunchTemplateIds", []):
        find(scope, {"LaunchTemplateId": identity})
    for name in call.params.get("LaunchTemplateNames", []):
        find(scope, {"LaunchTemplateName": name})
    filters = {each["Name"]: each["Values"] for each in call.params.get("Filters", [])}
    found = scope.ec2.describe_launch_templates(
        call.params.get("LaunchTemplateNames"), call.params.get("LaunchTemplateIds"), filters
    )
    return {"LaunchTemplates": [_template(scope, template) for template in found]}


@mend("ec2", "DescribeLaunchTemplateVersions")
def describe_versions(call: Call) -> Answer:
    scope, wanted = Scope.of(call.context), call.params.get("Versions") or []
    if call.params.get("LaunchTemplateId") or call.params.get("LaunchTemplateName"):
        template = find(scope, call.params)
        low, high = int(call.params.get("MinVersion") or 1), int(call.params.get("MaxVersion") or 10**9)
        chosen = [version_of(template, each) for each in wanted] or [
            each for each in template.versions if low <= each.number <= high
        ]
        chosen = sorted(dict.fromkeys(chosen), key=lambda version: -version.number)
    else:
        if not wanted or set(wanted) - {"$Latest", "$Default"}:
            raise aws_error(
                "MissingParameter",
                "To describe the data of all launch templates, Versions must be $Latest, $Default or both",
            )
        chosen = [version_of(template, each) for template in scope.ec2.launch_templates.values() for each in wanted]
        chosen = list(dict.fromkeys(chosen))
    return {"LaunchTemplateVersions": [_version(scope, version) for version in chosen]}


@mend("ec2", "ModifyLaunchTemplate")
def modify(call: Call) -> Answer:
    scope = Scope.of(call.context)
    template = find(scope, call.params)
    wanted = call.params.get("DefaultVersion") or call.params.get("SetDefaultVersion")
    template.default_version_number = version_of(template, wanted).number
    return {"LaunchTemplate": _template(scope, template)}


@mend("ec2", "DeleteLaunchTemplate")
def delete(call: Call) -> Answer:
    scope = Scope.of(call.context)
    template = find(scope, call.params)
    answer = {"LaunchTemplate": _template(scope, template)}
    del scope.ec2.launch_templates[template.id]
    scope.ec2.launch_template_name_to_ids.pop(template.name, None)
    scope.ec2.tags.pop(template.id, None)
    return answer


@mend("ec2", "DeleteLaunchTemplateVersions")
def delete_versions(call: Call) -> Answer:
    scope = Scope.of(call.context)
    template = find(scope, call.params)
    names = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name}
    done, failed = [], []
    for number in call.params.get("Versions", []):
        known = {str(version.number): version for version in template.versions}
        if number not in known:
            failed.append(
                names
                | {
                    "VersionNumber": int(number),
                    "ResponseError": {
                        "Code": "launchTemplateVersionDoesNotExist",
                        "Message": "The version does not exist",
                    },
                }
            )
        elif known[number].number == template.default_version_number:
            raise aws_error("OperationNotPermitted", "The default version of a launch template cannot be deleted")
        else:
            template.versions.remove(known[number])
            done.append(names | {"VersionNumber": int(number)})
    return {"SuccessfullyDeletedLaunchTemplateVersions": done, "UnsuccessfullyDeletedLaunchTemplateVersions": failed}
