// SPDX-License-Identifier: Apache-2.0
// What contexts remember: where it is, and having it fetched from memory in time.
#include "mixer/bytes/byte_predictor.h"
#include "mixer/core/unrolled.h"

namespace nnzip::mixer {

// What the middle of the byte will be, by what followed its longest contexts; 0 if none of them
// agrees with it so far.
template <Effort kEffort>
std::uint32_t BytePredictorOf<kEffort>::likely_nibble() const {
  if (speaks_[0]) return matches_[0].byte >> 4;
  for (std::size_t i = kOrders; i-- > 0;) {
    if (static_cast<std::uint32_t>(runs_.byte[i] >> (8 - bit_)) == partial_)
      return static_cast<std::uint32_t>(runs_.byte[i] >> 4);
  }
  return 0;
}

// Where the slots of a nibble are, given the bits of the byte before it: hashes are well mixed, so
// that a sum with a number of the nibble is as good as another hash.
template <Effort kEffort>
std::uint32_t BytePredictorOf<kEffort>::hash_of_nibble(int context, std::uint32_t partial) const {
  const auto hash = static_cast<std::uint32_t>(streams_[stream_].context.hashes[context] >> 32);
  return hash + (partial == 1 ? 0 : partial * 0x9E3779B1);
}

template <Effort kEffort>
void BytePredictorOf<kEffort>::prefetch_slots() {
  if constexpr (Plan::has_notes) {
    if (fetched_ != 1) return notes_.prefetch_second(slots_, fetched_ & 15);
    for (int i = 0; i < kContexts; ++i) slots_.prefetch(streams_[stream_].context.hashes[i]);
    return;
  }
  for (int i = 0; i < kContexts; ++i) {
    slots_.prefetch(hash_of_nibble(i, fetched_));
    // Processors drop requests that come too fast.
    asm volatile("nop\nnop\nnop\nnop\nnop\nnop\nnop\nnop");
  }
}

// At the start of a byte and in its middle.
template <Effort kEffort>
void BytePredictorOf<kEffort>::find_slots() {
  if constexpr (Plan::has_notes) {
    if (bit_ == 0) notes_.find_first(slots_, streams_[stream_].context.hashes.data());
    if (bit_ == 4) notes_.find_second(slots_, partial_ & 15);
    for (std::size_t i = 0; i < kContexts; ++i) slot_[i] = notes_.slot(i);
  } else {
    unrolled<kContexts>([&](auto i) { slot_[i] = slots_.find(hash_of_nibble(i, partial_)); });
  }
  for (const int i : disabled_) {
    no_slot_ = {};
    slot_[i] = &no_slot_;
  }
}

// What the slots of the first nibble say of the whole byte.
template <Effort kEffort>
void BytePredictorOf<kEffort>::look_at_runs() {
  run_slot_ = slot_;
  for (int i = 0; i < kContexts; ++i) {
    const Slot& slot = *run_slot_[i];
    runs_.byte[i] = static_cast<std::uint16_t>(slot.run_length == 0 ? 0 : 256 + slot.run_byte);
    runs_.input[i] = static_cast<std::int16_t>(200 + 100 * slot.run_length);
    runs_.state[i] = slot.run_length >= 2 ? 4 : 2;
  }
}

// The byte is known: hashes those of the next one.
template <Effort kEffort>
void BytePredictorOf<kEffort>::take_up(std::uint8_t byte) {
  history_.bytes[history_.coded_end[stream_]++] = byte;
  for (Slot* slot : run_slot_) slot->follow(byte);
  if (uses_cache_ && network_ != nullptr) cache_.add(network_->signature, byte);
  std::array<MatchModel::Probe, kMatches> probes;
  for (int i = 0; i < kMatches; ++i) probes[i] = match_models_[i].probe(history_, stream_);
  Stream& stream = streams_[stream_];
  contexts_.follow(history_, stream_, stream.context);
  for (int i = 0; i < kMatches; ++i) {
    match_models_[i].advance(history_, stream_, probes[i], stream.matches[i]);
  }
  contexts_.hash(history_, stream_, stream.matches[0], stream.context);
}

template std::uint32_t BytePredictorOf<Effort::kUsual>::likely_nibble() const;
template std::uint32_t BytePredictorOf<Effort::kLarge>::likely_nibble() const;
template std::uint32_t BytePredictorOf<Effort::kUsual>::hash_of_nibble(int, std::uint32_t) const;
template std::uint32_t BytePredictorOf<Effort::kLarge>::hash_of_nibble(int, std::uint32_t) const;
template void BytePredictorOf<Effort::kUsual>::prefetch_slots();
template void BytePredictorOf<Effort::kLarge>::prefetch_slots();
template void BytePredictorOf<Effort::kUsual>::find_slots();
template void BytePredictorOf<Effort::kLarge>::find_slots();
template void BytePredictorOf<Effort::kUsual>::look_at_runs();
template void BytePredictorOf<Effort::kLarge>::look_at_runs();
template void BytePredictorOf<Effort::kUsual>::take_up(std::uint8_t);
template void BytePredictorOf<Effort::kLarge>::take_up(std::uint8_t);

}  // namespace nnzip::mixer
