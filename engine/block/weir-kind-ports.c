/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-registry.h"

static const char *
keep_string (WeirPortList *self, const char *text)
{
  return text != NULL ? g_string_chunk_insert_const (self->strings, text) : NULL;
}

static void
add_port (WeirPortList *self, GArray *ports, const WeirPort *port)
{
  WeirPort copy = *port;

  copy.name = keep_string (self, port->name);
  copy.type = keep_string (self, port->type);
  copy.title = keep_string (self, port->title);
  copy.summary = keep_string (self, port->summary);
  g_array_append_val (ports, copy);
}

static const WeirPort *
find_port (GArray *ports, const char *name)
{
  for (guint i = 0; i < ports->len; i++)
    {
      const WeirPort *port = &g_array_index (ports, WeirPort, i);

      if (g_str_equal (port->name, name))
        return port;
    }
  return NULL;
}

/**
 * weir_port_list_add_input:
 * @self: the list that a kind fills in
 * @port: the port; its strings are copied. A name that is already there is left alone
 */
void
weir_port_list_add_input (WeirPortList *self, const WeirPort *port)
{
  g_return_if_fail (port->name != NULL);

  if (find_port (self->inputs, port->name) == NULL)
    add_port (self, self->inputs, port);
}

/**
 * weir_port_list_add_output:
 * @self: the list that a kind fills in
 * @port: the port; its strings are copied. A name that is already there is left alone
 */
void
weir_port_list_add_output (WeirPortList *self, const WeirPort *port)
{
  g_return_if_fail (port->name != NULL);

  if (find_port (self->outputs, port->name) == NULL)
    add_port (self, self->outputs, port);
}

/**
 * weir_port_list_set_policy:
 * @self: the list that a kind fills in
 * @policy: %WEIR_JOIN_ALL, %WEIR_JOIN_ANY or %WEIR_JOIN_N_OF_M
 * @n: of n-of-m, at least 1
 *
 * Says when the block fires, over all its inputs but `run`. Each input by itself keeps to its own join.
 */
void
weir_port_list_set_policy (WeirPortList *self, WeirJoin policy, guint n)
{
  g_return_if_fail (policy == WEIR_JOIN_ALL || policy == WEIR_JOIN_ANY || policy == WEIR_JOIN_N_OF_M);

  self->policy = policy;
  self->policy_n = MAX (n, 1);
}

/**
 * weir_port_list_set_patience:
 * @self: the list that a kind fills in
 * @wait_ms: so long after the first of what has come it fires with what there is; 0: whenever all has come
 * @quiet_ms: the same, after the last; 0: likewise
 *
 * For how long what has come waits for the rest. Time goes on while the program does not run. weir_step_get_expired () tells the step that
 * this is why it fires.
 */
void
weir_port_list_set_patience (WeirPortList *self, gint64 wait_ms, gint64 quiet_ms)
{
  self->wait_ms = MAX (wait_ms, 0);
  self->quiet_ms = MAX (quiet_ms, 0);
}

/**
 * weir_kind_list_ports:
 * @kind: (nullable): a block kind; %NULL, for a kind that is not known, has no ports
 * @config: (nullable): the raw configuration, a record
 *
 * Returns: (transfer full): the ports, static ones first
 */
WeirPortList *
weir_kind_list_ports (const WeirBlockKind *kind, WeirValue *config)
{
  WeirPortList *self = g_new0 (WeirPortList, 1);

  self->inputs = g_array_new (FALSE, FALSE, sizeof (WeirPort));
  self->outputs = g_array_new (FALSE, FALSE, sizeof (WeirPort));
  self->strings = g_string_chunk_new (256);
  if (kind == NULL)
    return self;

  for (const WeirPort *port = kind->inputs; port != NULL && port->name != NULL; port++)
    g_array_append_vals (self->inputs, port, 1);
  for (const WeirPort *port = kind->outputs; port != NULL && port->name != NULL; port++)
    g_array_append_vals (self->outputs, port, 1);
  if (kind->list_ports != NULL)
    {
      g_autoptr(WeirValue) empty = weir_value_new_record (NULL, NULL, 0);

      kind->list_ports (config != NULL ? config : empty, self);
    }
  return self;
}

/**
 * weir_port_list_free:
 * @self: (transfer full): a list of ports
 */
void
weir_port_list_free (WeirPortList *self)
{
  g_array_unref (self->inputs);
  g_array_unref (self->outputs);
  g_string_chunk_free (self->strings);
  g_free (self);
}

/**
 * weir_port_list_find_input:
 * @self: ports of a block
 * @name: the name of an input, not `run`
 *
 * Returns: (transfer none) (nullable): the port; lives as long as the list
 */
const WeirPort *
weir_port_list_find_input (WeirPortList *self, const char *name)
{
  return find_port (self->inputs, name);
}

/**
 * weir_port_list_find_output:
 * @self: ports of a block
 * @name: the name of an output, not `done` or `error`
 *
 * Returns: (transfer none) (nullable): the port; lives as long as the list
 */
const WeirPort *
weir_port_list_find_output (WeirPortList *self, const char *name)
{
  return find_port (self->outputs, name);
}
