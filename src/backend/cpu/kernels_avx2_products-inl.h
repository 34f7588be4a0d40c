// SPDX-License-Identifier: Apache-2.0
// Products of the AVX2 kernels. Included by kernels_avx2.cpp alone, inside its anonymous namespace.
//
// vpmaddubsw adds two products of unsigned and signed bytes into 16 saturating bits, and sums of 32
// bits cost two instructions more. So weights w are stored as w + 128, without a sign, and eight
// inputs of a row share the step to 32 bits: two vpmaddubsw, the correction -128 * (sum of the
// inputs), all modulo 2^16, and then vpmaddwd. It is exact if
//   - in each pair of inputs the positive ones sum up to at most 128, and the negative ones too:
//     255 * 128 = 32640 does not saturate;
//   - the sizes of the four inputs of each half sum up to at most 258: the sum of products, at most
//     258 * 127 = 32766, is what remains modulo 2^16.
// Where the inputs are larger, they are split in two halves, which are multiplied one after the
// other.

// Eight inputs, those of two quads, and where their weights begin.
struct Inputs {
  std::int32_t quads[2];
  std::int32_t correction;  // of each half, 16 bits
  std::int32_t offset;
};

// The correction of eight inputs in the low half of each 64 bits.
inline __m256i correction(__m256i a) {
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), a);
  const __m256i sums = _mm256_add_epi16(pairs, _mm256_srli_epi64(pairs, 32));
  return _mm256_sub_epi16(_mm256_setzero_si256(), _mm256_slli_epi16(sums, 7));
}

inline Inputs make_inputs(__m128i a, std::int32_t offset) {
  Inputs made;
  _mm_storel_epi64(reinterpret_cast<__m128i*>(made.quads), a);
  made.correction =
      _mm_cvtsi128_si32(_mm256_castsi256_si128(correction(_mm256_castsi128_si256(a))));
  made.offset = offset;
  return made;
}

// One half of the inputs stays, the other one becomes `other`: all are within +-64, so four of them
// are within 256.
inline void split(Inputs& inputs, Inputs& other) {
  const __m128i a = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(inputs.quads));
  const __m128i half = _mm_or_si128(_mm_and_si128(_mm_srli_epi16(a, 1), _mm_set1_epi8(127)),
                                    _mm_and_si128(a, _mm_set1_epi8(-128)));
  other = make_inputs(_mm_sub_epi8(a, half), inputs.offset);
  inputs = make_inputs(half, inputs.offset);
}

// Which of four times eight inputs are too large, a bit each.
inline int too_large(__m256i a) {
  const __m256i zero = _mm256_setzero_si256(), ones = _mm256_set1_epi8(1);
  const __m256i positive = _mm256_maddubs_epi16(_mm256_max_epi8(a, zero), ones);
  const __m256i negative =
      _mm256_maddubs_epi16(_mm256_max_epi8(_mm256_sub_epi8(zero, a), zero), ones);
  const __m256i sizes = _mm256_add_epi16(positive, negative);
  const __m256i halves = _mm256_add_epi16(sizes, _mm256_slli_epi64(sizes, 32));
  const __m256i above = _mm256_or_si256(
      _mm256_cmpgt_epi16(_mm256_max_epi16(positive, negative), _mm256_set1_epi16(128)),
      _mm256_cmpgt_epi16(halves, _mm256_set1_epi16(258)));
  const __m256i none = _mm256_cmpeq_epi64(above, zero);
  return _mm256_movemask_pd(_mm256_castsi256_pd(none)) ^ 15;
}

// Four times eight inputs, or two times if not `whole`, and where the weights of each begin.
// Returns which are too large.
inline int list_whole(const std::uint8_t* a, bool whole, __m256i offsets, Inputs* to) {
  const auto* const from = reinterpret_cast<const __m128i*>(a);
  const __m256i inputs =
      _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(from)),
                              whole ? _mm_loadu_si128(from + 1) : _mm_setzero_si128(), 1);
  const __m256i rest = _mm256_blend_epi32(correction(inputs), offsets, 0xAA);
  const __m256i even = _mm256_unpacklo_epi64(inputs, rest);
  const __m256i odd = _mm256_unpackhi_epi64(inputs, rest);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_permute2x128_si256(even, odd, 0x20));
  if (whole) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 2),
                        _mm256_permute2x128_si256(even, odd, 0x31));
  }
  return too_large(inputs);
}

// The first offsets of list_whole, and how far those of the next four lie from them.
inline __m256i first_offsets() {
  return _mm256_setr_epi64x(0, 128LL << 32, 256LL << 32, 384LL << 32);
}
inline __m256i next_offsets(__m256i offsets) {
  return _mm256_add_epi32(offsets, _mm256_set1_epi64x(512LL << 32));
}

// Lists the inputs of a row, a multiple of 16, and returns how many there are: quads / 2, or up to
// twice as many if some are large.
inline std::int32_t list_inputs(const std::uint8_t* a, std::int32_t quads, Inputs* list) {
  std::int32_t more = quads / 2;
  __m256i offsets = first_offsets();
  for (std::int32_t q = 0; q < quads; q += 8, offsets = next_offsets(offsets)) {
    Inputs* const to = list + q / 2;
    for (int large = list_whole(a + q * 4, q + 8 <= quads, offsets, to); large != 0;
         large &= large - 1) {
      split(to[__builtin_ctz(static_cast<unsigned>(large))], list[more++]);
    }
  }
  return more;
}

// Sums of a row, 16 * Blocks outputs of blocks that lie `stride` apart, or Quads * 64 bytes if that
// is not 0: then one register says where all of them are. Fetches the weights of the blocks behind
// them.
template <int Blocks, int Quads, bool kFetch>
[[gnu::noinline]] void sum_up(const Inputs* list, const Inputs* end, const std::int8_t* w,
                              std::int64_t stride, std::int32_t* sums) {
  if constexpr (Quads > 0) stride = Quads * 64;
  const std::int8_t* blocks[Blocks];
#pragma GCC unroll 4
  for (int j = 0; j < Blocks; ++j) {
    blocks[j] = w + j * stride;
    if constexpr (Quads == 0) asm("" : "+r"(blocks[j]));  // or GCC adds the strides up each time
  }
  __m256i acc[2 * Blocks];
#pragma GCC unroll 8
  for (__m256i& sum : acc) sum = _mm256_setzero_si256();
  for (; list != end; ++list) {
    const __m256i first = _mm256_set1_epi32(list->quads[0]);
    const __m256i second = _mm256_set1_epi32(list->quads[1]);
    const __m256i correct = _mm256_set1_epi32(list->correction);
    const std::int64_t offset = list->offset;
    const std::int8_t* base = w + offset;
    if constexpr (Quads > 0) asm("" : "+r"(base));
#pragma GCC unroll 8
    for (int j = 0; j < 2 * Blocks; ++j) {
      const std::int8_t* const from =
          (Quads > 0 ? base + j / 2 * stride : blocks[j / 2] + offset) + j % 2 * 32;
      if constexpr (kFetch) __builtin_prefetch(from + Blocks * stride + j % 2 * 32);
      const __m256i x = _mm256_maddubs_epi16(load(from), first);
      const __m256i y = _mm256_maddubs_epi16(load(from + 64), second);
      const __m256i both = _mm256_add_epi16(_mm256_add_epi16(x, correct), y);
      acc[j] = _mm256_add_epi32(acc[j], _mm256_madd_epi16(both, _mm256_set1_epi16(1)));
    }
  }
#pragma GCC unroll 8
  for (int j = 0; j < 2 * Blocks; ++j) store(sums + 8 * j, acc[j]);
}

// Some rows, listed: those of row r lie between starts[r] and starts[r + 1].
struct Lists {
  static constexpr std::int32_t kMaxRows = 64;
  static constexpr std::int32_t kMaxInputs = 1024;  // of one row in two halves: 4096 / 8 * 2
  Inputs inputs[kMaxInputs];
  const Inputs* starts[kMaxRows + 1];
};

// All blocks from b on. The first row fetches the next blocks.
template <int Blocks, int Quads, typename Use>
inline void panels(const Sums& p, const Lists& lists, std::int32_t first, std::int32_t rows,
                   std::int32_t b, const Use& use) {
  alignas(32) std::int32_t sums[16 * Blocks];
  for (; b + Blocks <= p.blocks; b += Blocks) {
    const std::int8_t* const w = p.w + b * p.block_stride;
    const Inputs* const* const starts = lists.starts;
    sum_up<Blocks, Quads, true>(starts[0], starts[1], w, p.block_stride, sums);
    use(sums, first, std::int64_t{b} * 16, 16 * Blocks);
    for (std::int32_t r = 1; r < rows; ++r) {
      sum_up<Blocks, Quads, false>(starts[r], starts[r + 1], w, p.block_stride, sums);
      use(sums, first + r, std::int64_t{b} * 16, 16 * Blocks);
    }
  }
}

template <int Quads, typename Use>
inline void all_panels(const Sums& p, const Lists& lists, std::int32_t first, std::int32_t rows,
                       const Use& use) {
  panels<4, Quads>(p, lists, first, rows, 0, use);
  panels<2, Quads>(p, lists, first, rows, p.blocks & ~3, use);
}

// quad_stride is 64, init 0 as is the flip, and blocks are even in number. Weights stay in the
// first-level cache for as many rows as fit the lists.
template <int, typename Use>
void multiply(const Sums& p, const Use& use) {
  Lists lists;
  std::int32_t r = 0;
  while (r < p.rows) {
    const std::int32_t first = r;
    Inputs* end = lists.inputs;
    do {
      lists.starts[r - first] = end;
      end += list_inputs(p.a + r * p.a_stride, p.quads, end);
      ++r;
    } while (r < p.rows && r - first < Lists::kMaxRows &&
             end + p.quads <= lists.inputs + Lists::kMaxInputs);
    lists.starts[r - first] = end;
    // Widths of 128 and 256, as the models for text and images have.
    if (p.quads == 32) {
      all_panels<32>(p, lists, first, r - first, use);
    } else if (p.quads == 64) {
      all_panels<64>(p, lists, first, r - first, use);
    } else {
      all_panels<0>(p, lists, first, r - first, use);
    }
  }
}

// Four products of weights of attention and values added to each of eight sums: pairs of weights
// sum up to at most 258, and 258 * 127 = 32766.
constexpr std::int32_t kMaxPair = 258;

inline __m256i add_weighted(__m256i acc, __m256i weights, __m256i values) {
  const __m256i pairs = _mm256_maddubs_epi16(weights, values);
  return _mm256_add_epi32(acc, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
