"""Runs every test and ends with one line: N passed, N failed, N skipped.

    python tests/run.py               all; the frameworks of requirements.txt must be installed
    python tests/run.py --kit-only    without the examples and the packaging, for other interpreters

A subtest counts as a test, so that the figure says how many vectors were run.
"""

import logging
import sys
import unittest
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parent / "src"), str(HERE.parent / "examples")]

KIT_ONLY = ["test_vectors", "test_verify", "test_sign", "test_basic", "test_publish"]
ALL = [*KIT_ONLY, "test_examples", "test_package"]


class Counts(unittest.TextTestResult):
    """Counts each subtest, and a test without subtests as one."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed = self.failed = self.subtests_of_test = 0

    def startTest(self, test):
        super().startTest(test)
        self.subtests_of_test = 0

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        self.subtests_of_test += 1
        if err is None:
            self.passed += 1
        else:
            self.failed += 1

    def addSuccess(self, test):
        super().addSuccess(test)
        if not self.subtests_of_test:
            self.passed += 1

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.failed += 1

    def addError(self, test, err):
        super().addError(test, err)
        self.failed += 1


def main() -> int:
    names = KIT_ONLY if "--kit-only" in sys.argv[1:] else ALL
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("error")
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    runner = unittest.TextTestRunner(sys.stderr, resultclass=Counts, verbosity=1, warnings="error")
    result = runner.run(suite)
    print(f"{result.passed} passed, {result.failed} failed, {len(result.skipped)} skipped")
    return 0 if result.failed == 0 and result.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
