"""Basic authentication beyond the shared vectors."""

import base64
import unittest

from countersign_webhooks import basic_matches

GENUINE = base64.b64encode("ci:pässword: with a colon".encode()).decode()


def matches(*values):
    headers = [("Authorization", value) for value in values]
    return basic_matches("ci", "pässword: with a colon", headers)


class Basic(unittest.TestCase):
    def test_spellings_that_are_taken(self):
        for value in (
            f"Basic {GENUINE}",
            f"basic {GENUINE}",
            f"BASIC   {GENUINE}",
            f" Basic {GENUINE}\t",
        ):
            with self.subTest(value=value):
                self.assertTrue(matches(value))
        self.assertTrue(basic_matches("", "x", {"authorization": b"Basic Ong="}))

    def test_spellings_that_are_not(self):
        wrong = [
            f"Basic{GENUINE}",
            f"Basic\t{GENUINE}",
            f"Ba\u017fic {GENUINE}",  # the long s
            f"Bearer {GENUINE}",
            f"Basic {GENUINE} x",
            f"Basic {GENUINE.rstrip('=')}",
            f"Basic {GENUINE[:4]}\n{GENUINE[4:]}",
            "Basic",
            "Basic ",
            "",
            "Basic \u0663",
            "Basic " + base64.b64encode(b"ci:").decode(),
        ]
        for value in wrong:
            with self.subTest(value=value):
                self.assertFalse(matches(value))

    def test_exactly_one_header(self):
        self.assertFalse(matches())
        self.assertFalse(matches(f"Basic {GENUINE}", f"Basic {GENUINE}"))

    def test_pairs_that_cannot_be_match_nothing(self):
        self.assertFalse(basic_matches("", "", {"Authorization": "Basic Og=="}))
        self.assertFalse(basic_matches("a:b", "c", {"Authorization": "Basic YTpiOmM="}))
