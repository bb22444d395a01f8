"""The image recipe, as far as it can be looked at without building an image."""

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

IMAGE = Path(__file__).resolve().parents[2] / "deploy" / "image"


def layer() -> tuple[dict[str, str], dict[str, Any]]:
    """Its metadata (the DEB822 fields in the comment) and what mmdebstrap is to do."""
    text = (IMAGE / "layer/hinge-station.yaml").read_text()
    block = re.search(r"# METABEGIN\n(.*?)# METAEND\n", text, re.DOTALL)
    assert block
    lines = [line.removeprefix("#").removeprefix(" ") for line in block[1].splitlines()]
    fields = re.sub(r"\n ", " ", "\n".join(line for line in lines if line))
    pairs = (line.partition(":") for line in fields.splitlines())
    return {name: value.strip() for name, _, value in pairs}, yaml.safe_load(text)["mmdebstrap"]


def test_the_configuration_asks_for_layers_and_settings_that_are_declared() -> None:
    config = yaml.safe_load((IMAGE / "config/hinge-station.yaml").read_text())
    fields, _ = layer()
    assert config["layer"]["app"] == fields["X-Env-Layer-Name"]
    assert config["include"]["file"] == f"{fields['X-Env-Layer-Requires']}.yaml"
    assert fields["X-Env-VarPrefix"] == "hinge"
    for key in config["hinge"]:
        assert f"X-Env-Var-{key}" in fields
    assert config["ssh"]["pubkey_only"] in {True, "y"}
    assert "user1pass" not in config["device"], "one password in every gym is none"


def test_its_hooks_are_shell_and_name_what_is_there() -> None:
    _, does = layer()
    for hook in does["customize-hooks"]:
        subprocess.run(["sh", "-n"], input=hook, text=True, check=True)
        for path in re.findall(r"/usr/src/hinge-station/(deploy/[\w./-]+)", hook):
            assert (IMAGE.parents[1] / path).is_file(), path
    options = re.findall(r"install-station\.sh (--[a-z-]+)", " ".join(does["customize-hooks"]))
    assert options == ["--no-start"]
    assert f"{options[0]} " in (IMAGE.parent / "install-station.sh").read_text()


def test_the_first_start_is_done_once_and_before_the_programs() -> None:
    unit = (IMAGE / "hinge-first-boot.service").read_text()
    (script,) = re.findall(r"ExecStart=/usr/src/hinge-station/(\S+)", unit)
    done = re.search(r"^done=(\S+)$", (IMAGE.parents[1] / script).read_text(), re.MULTILINE)
    assert done
    assert f"ConditionPathExists=!{done[1]}" in unit
    assert "Before=hinge-kiosk.service hinge-uplink.service" in unit
