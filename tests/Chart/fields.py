"""Holds manifests, named as files, against the Kubernetes API as python3-kubernetes knows it: every field exists and has the
right type, and what is required is there. Prints one line for each mistake."""
import re
import sys

import kubernetes.client as api
import yaml

mistakes = []


def plain(kind, value):
    types = {"str": str, "int": int, "bool": bool, "float": (int, float), "object": object, "datetime": str, "IntOrString": (int, str)}
    return isinstance(value, types[kind]) and not (kind == "int" and isinstance(value, bool))


def check(kind, value, at):
    """The value as an object of the API, where that has classes; a string that breaks no field where it is wrong."""
    if value is None:
        return None
    listed, mapped = re.fullmatch(r"list\[(.+)\]", kind), re.fullmatch(r"dict\(str, (.+)\)", kind)
    if listed:
        if not isinstance(value, list):
            mistakes.append(f"{at}: is no list")
            return []
        return [check(listed[1], each, f"{at}[{i}]") for i, each in enumerate(value)]
    if mapped:
        if not isinstance(value, dict):
            mistakes.append(f"{at}: is no map")
            return {}
        return {key: check(mapped[1], each, f"{at}.{key}") for key, each in value.items()}
    if not hasattr(api, kind):
        if not plain(kind, value):
            mistakes.append(f"{at}: {value!r} is no {kind}")
        return value
    model = getattr(api, kind)
    if not isinstance(value, dict):
        mistakes.append(f"{at}: is no {kind}")
        return None
    names = {there: here for here, there in model.attribute_map.items()}
    for unknown in value.keys() - names.keys():
        mistakes.append(f"{at}: {kind} has no field {unknown}")
    fields = {names[key]: check(model.openapi_types[names[key]], each, f"{at}.{key}") for key, each in value.items() if key in names}
    try:
        return model(**fields)
    except ValueError as problem:
        mistakes.append(f"{at}: {problem}")
        return None


loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
for file in sys.argv[1:]:
    with open(file, encoding="utf-8") as text:
        for manifest in yaml.load_all(text, loader):
            if manifest and manifest["apiVersion"].split("/")[0] not in ("cert-manager.io", "monitoring.coreos.com"):
                check("V1" + manifest["kind"], manifest, f"{manifest['kind']} {manifest['metadata']['name']}")
print("\n".join(mistakes), end="")
