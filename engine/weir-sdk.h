/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that a block kind may know of Weir: values, its own descriptor, and the step it runs in. */

#include "weir-error.h"
#include "weir-value.h"
#include "weir-type.h"
#include "weir-json.h"
#include "weir-expression.h"
#include "weir-stream.h"
#include "weir-block-kind.h"
#include "weir-step.h"
