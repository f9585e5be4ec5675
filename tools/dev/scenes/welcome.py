# SPDX-License-Identifier: GPL-3.0-or-later
"""The first start."""
import sys

from weirtest import Studio, photograph

with Studio() as studio:
    studio.wait_for("", "Tidy downloads")
    photograph(sys.argv[1])
