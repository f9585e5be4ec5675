# SPDX-License-Identifier: GPL-3.0-or-later
"""The example "Tidy downloads" after a run."""
import sys

from weirtest import Studio, photograph, until

with Studio("--demo", "tidy-downloads") as studio:
    studio.wait_for("", "Tidy downloads")
    studio.activate("run.play-or-resume")
    studio.wait_for("", "Folder to tidy")
    studio.press("button", "Play")
    until("the run is over", lambda: any("succeeded" in text for text in studio.texts()))
    studio.wait_gone("", "Folder to tidy")
    photograph(sys.argv[1])
