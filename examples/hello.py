#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
# Build, link and run a workflow in ten lines, through GObject introspection.
import gi
gi.require_version("Dex", "1")
gi.require_version("Weir", "1.0")
from gi.repository import Dex, Weir

Dex.init()
workflow = Weir.Workflow.new("Hello")
workflow.add("who", "data.set_variable", "{ name: who, value: { name: World } }")
workflow.add("greet", "data.template", "{ template: 'Hello, {{name}}!' }")
workflow.link("who.value", "greet.value", None)
print(workflow.run(None).to_display(100))
