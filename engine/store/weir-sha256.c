/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-sha256.h"

/* GLib hashes half a gigabyte a second, which made hashing the longest part of keeping a big value or a copy of a file.
 * Processors that have instructions for it do four times that; all others go by GLib. */

#include <string.h>

#define BLOCK 64

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

static const guint32 constants[64] __attribute__ ((aligned (16))) = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static gboolean
has_instructions (void)
{
  unsigned int a, b, c, d;

  return __get_cpuid (1, &a, &b, &c, &d) && (c & bit_SSE4_1) && (c & bit_SSSE3)
         && __get_cpuid_count (7, 0, &a, &b, &c, &d) && (b & (1u << 29));
}

/* Four of the 64 rounds; @state holds the working variables as the instructions want them, ABEF and CDGH. */
__attribute__ ((target ("sha,sse4.1"), always_inline)) static inline void
four_rounds (__m128i *abef, __m128i *cdgh, __m128i words, guint first)
{
  __m128i sum = _mm_add_epi32 (words, _mm_load_si128 ((const __m128i *) &constants[first]));

  *cdgh = _mm_sha256rnds2_epu32 (*cdgh, *abef, sum);
  *abef = _mm_sha256rnds2_epu32 (*abef, *cdgh, _mm_shuffle_epi32 (sum, 0x0e));
}

/* The next four words of the schedule out of the last sixteen. */
__attribute__ ((target ("sha,sse4.1"), always_inline)) static inline __m128i
next_words (__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
  __m128i sum = _mm_add_epi32 (_mm_sha256msg1_epu32 (w0, w1), _mm_alignr_epi8 (w3, w2, 4));

  return _mm_sha256msg2_epu32 (sum, w3);
}

__attribute__ ((target ("sha,sse4.1"))) static void
add_blocks (guint32 state[8], const guint8 *data, gsize n_blocks)
{
  const __m128i big_endian = _mm_set_epi64x (0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i dcba = _mm_shuffle_epi32 (_mm_loadu_si128 ((const __m128i *) &state[0]), 0xb1);
  __m128i efgh = _mm_shuffle_epi32 (_mm_loadu_si128 ((const __m128i *) &state[4]), 0x1b);
  __m128i abef = _mm_alignr_epi8 (dcba, efgh, 8);
  __m128i cdgh = _mm_blend_epi16 (efgh, dcba, 0xf0);

  for (; n_blocks > 0; n_blocks--, data += BLOCK)
    {
      const __m128i abef_before = abef, cdgh_before = cdgh;
      __m128i words[4];

#pragma GCC unroll 4
      for (guint i = 0; i < 4; i++)
        {
          words[i] = _mm_shuffle_epi8 (_mm_loadu_si128 ((const __m128i *) data + i), big_endian);
          four_rounds (&abef, &cdgh, words[i], 4 * i);
        }
#pragma GCC unroll 12
      for (guint i = 4; i < 16; i++)
        {
          words[i % 4] = next_words (words[i % 4], words[(i + 1) % 4], words[(i + 2) % 4], words[(i + 3) % 4]);
          four_rounds (&abef, &cdgh, words[i % 4], 4 * i);
        }
      abef = _mm_add_epi32 (abef, abef_before);
      cdgh = _mm_add_epi32 (cdgh, cdgh_before);
    }

  dcba = _mm_shuffle_epi32 (abef, 0x1b);
  efgh = _mm_shuffle_epi32 (cdgh, 0xb1);
  _mm_storeu_si128 ((__m128i *) &state[0], _mm_blend_epi16 (dcba, efgh, 0xf0));
  _mm_storeu_si128 ((__m128i *) &state[4], _mm_alignr_epi8 (efgh, dcba, 8));
}

#else

static gboolean
has_instructions (void)
{
  return FALSE;
}

static void
add_blocks (guint32 state[8], const guint8 *data, gsize n_blocks)
{
}

#endif

struct _WeirSha256
{
  GChecksum *checksum; /* where the processor has no instructions for it */
  guint32    state[8];
  guint8     rest[BLOCK];
  gsize      n_rest;
  guint64    size;
};

static gboolean
is_known_to_processor (void)
{
  static int known; /* atomic: 0 not asked yet, 1 has them, 2 has not */

  if (g_atomic_int_get (&known) == 0)
    g_atomic_int_set (&known, has_instructions () ? 1 : 2);
  return g_atomic_int_get (&known) == 1;
}

WeirSha256 *
weir_sha256_new (void)
{
  static const guint32 initial[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
  WeirSha256 *self = g_new0 (WeirSha256, 1);

  memcpy (self->state, initial, sizeof initial);
  if (!is_known_to_processor ())
    self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  return self;
}

void
weir_sha256_add (WeirSha256 *self, const void *data, gsize size)
{
  const guint8 *from = data;
  gsize n;

  self->size += size;
  if (self->checksum != NULL)
    {
      g_checksum_update (self->checksum, data, (gssize) size);
      return;
    }
  if (self->n_rest > 0)
    {
      n = MIN (size, BLOCK - self->n_rest);
      memcpy (self->rest + self->n_rest, from, n);
      self->n_rest += n;
      from += n;
      size -= n;
      if (self->n_rest < BLOCK)
        return;
      add_blocks (self->state, self->rest, 1);
      self->n_rest = 0;
    }
  add_blocks (self->state, from, size / BLOCK);
  self->n_rest = size % BLOCK;
  if (self->n_rest > 0)
    memcpy (self->rest, from + size / BLOCK * BLOCK, self->n_rest);
}

static char *
finish_blocks (WeirSha256 *self)
{
  guint8 tail[2 * BLOCK] = { 0 };
  gsize n_tail = self->n_rest + 9 > BLOCK ? 2 : 1;
  guint64 n_bits = GUINT64_TO_BE (self->size * 8);
  GString *hex = g_string_sized_new (64);

  memcpy (tail, self->rest, self->n_rest);
  tail[self->n_rest] = 0x80;
  memcpy (tail + n_tail * BLOCK - sizeof n_bits, &n_bits, sizeof n_bits);
  add_blocks (self->state, tail, n_tail);
  for (guint i = 0; i < 8; i++)
    g_string_append_printf (hex, "%08x", self->state[i]);
  return g_string_free_and_steal (hex);
}

char *
weir_sha256_finish (WeirSha256 *self)
{
  char *hex = self->checksum != NULL ? g_strdup (g_checksum_get_string (self->checksum)) : finish_blocks (self);

  g_clear_pointer (&self->checksum, g_checksum_free);
  g_free (self);
  return hex;
}

char *
weir_sha256 (const void *data, gsize size)
{
  WeirSha256 *sum = weir_sha256_new ();

  if (size > 0)
    weir_sha256_add (sum, data, size);
  return weir_sha256_finish (sum);
}
