"""The package: its grammar, its types, what is in the wheel, and the README's own code."""

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import countersign_webhooks
from countersign_webhooks import sign

KIT = Path(__file__).resolve().parents[1]
OLDEST = (3, 9)
LIMIT_S = 300


def readme_blocks():
    text = (KIT / "README.md").read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def run(*arguments, **options):
    done = subprocess.run(
        [sys.executable, "-I", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=LIMIT_S,
        **options,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


class Grammar(unittest.TestCase):
    def test_everything_is_grammar_of_the_oldest_python(self):
        for path in sorted(KIT.rglob("*.py")):
            with self.subTest(path.name):
                ast.parse(path.read_text("utf-8"), str(path), feature_version=OLDEST)

    def test_everything_public_is_documented(self):
        for name in countersign_webhooks.__all__:
            value = getattr(countersign_webhooks, name)
            if callable(value):
                with self.subTest(name):
                    self.assertTrue(value.__doc__)


class Types(unittest.TestCase):
    def test_the_kit_and_a_user_of_it_are_typed(self):
        if importlib.util.find_spec("mypy") is None:
            self.skipTest("mypy is not installed")
        user = (
            "from typing import Optional\n"
            "from countersign_webhooks import Verified, publish, sign, verify\n"
            "headers = sign('github', ['a', b'b'], b'', event_key='push', request_id='1')\n"
            "one: Verified = verify('github', {'id': 'a'}, headers, b'', now=1.5)\n"
            "two: Verified = verify('github', 'a', {'A': ['b']}, bytearray())\n"
            "three: Verified = verify('github', 'a', [(b'a', b'b')], memoryview(b''))\n"
            "key: Optional[str] = one.event_key\n"
            "verify('github', 'a', {}, {'parsed': 1})  # type: ignore[arg-type]\n"
            "publish('', '', b'', key='a', scope='b').id.upper()\n"
        )
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "user.py"
            file.write_text(user)
            # From the folder of the sources, and with what mypy writes out of the way.
            code, output = run(
                "-m",
                "mypy",
                "--strict",
                "--cache-dir",
                folder,
                "--python-version",
                "3.9",
                "--warn-unused-ignores",
                "-p",
                "countersign_webhooks",
                cwd=KIT / "src",
            )
            self.assertEqual(code, 0, output)
            code, output = run(
                "-m",
                "mypy",
                "--strict",
                "--cache-dir",
                folder,
                "--python-version",
                "3.9",
                file,
                cwd=KIT / "src",
            )
            self.assertEqual(code, 0, output)


class Wheel(unittest.TestCase):
    def test_it_is_built_and_holds_what_it_must(self):
        if importlib.util.find_spec("build") is None:
            self.skipTest("build is not installed")
        with tempfile.TemporaryDirectory() as folder:
            # A copy, as building writes beside the sources.
            copy = Path(folder) / "kit"
            shutil.copytree(KIT, copy, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
            code, output = run(
                "-m", "build", "--no-isolation", "--outdir", folder, copy, cwd=folder
            )
            self.assertEqual(code, 0, output)
            (source,) = Path(folder).glob("*.tar.gz")
            (wheel,) = Path(folder).glob("*.whl")
            version = countersign_webhooks.__version__
            self.assertEqual(source.name, f"countersign_webhooks-{version}.tar.gz")
            self.assertEqual(wheel.name, f"countersign_webhooks-{version}-py3-none-any.whl")
            self.look_into(wheel, version)
            # What was built works where nothing else is.
            code, output = run(
                "-c",
                f"import sys; sys.path.insert(0, {str(wheel)!r})\n"
                "import countersign_webhooks as kit\n"
                "assert '.whl' in kit.__file__\n"
                "signed = kit.sign('github', 's', b'', event_key='push', request_id='1')\n"
                "print(kit.verify('github', 's', signed, b'').event_key)",
                cwd=folder,
            )
            self.assertEqual((code, output.strip()), (0, "push"))

    def look_into(self, wheel, version):
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            metadata = archive.read(f"countersign_webhooks-{version}.dist-info/METADATA").decode()
        modules = {f"countersign_webhooks/{path.name}" for path in (KIT / "src").rglob("*.py")}
        packaged = {name for name in names if ".dist-info/" not in name}
        self.assertEqual(packaged, {*modules, "countersign_webhooks/py.typed"})
        for licence in ("LICENSE-MIT", "LICENSE-APACHE"):
            self.assertTrue(any(name.endswith(licence) for name in names), names)
        for line in (
            "Name: countersign-webhooks",
            f"Version: {version}",
            "Requires-Python: >=3.9",
            "License-Expression: MIT OR Apache-2.0",
        ):
            self.assertIn(line + "\n", metadata)
        self.assertNotIn("Requires-Dist", metadata)


class Readme(unittest.TestCase):
    def test_its_code_is_grammar(self):
        self.assertGreater(len(readme_blocks()), 5)
        for block in readme_blocks():
            with self.subTest(block[:40]):
                ast.parse(block, feature_version=OLDEST)

    def test_the_code_without_a_framework_runs(self):
        """In the order of the README, with a genuine request at hand and no network."""
        body = b'{"push": {}}'
        secret = "a secret of the README, for nobody"
        headers = sign("bitbucket-cloud", secret, body, event_key="repo:push", request_id="1")
        names = {
            "body": body,
            "headers": headers,
            "secret": secret,
            "old": "another secret",
            "new": secret,
        }
        ran = 0
        for block in readme_blocks():
            framework = re.search("flask|fastapi|django|http.server|lambda|publish", block)
            if framework is None:
                with self.subTest(block[:40]):
                    exec(compile(block, "README.md", "exec"), names)
                    ran += 1
        self.assertGreaterEqual(ran, 3)
        self.assertEqual(names["verified"].secret_id, "2026")
