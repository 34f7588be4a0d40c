// SPDX-License-Identifier: Apache-2.0
#include "detect/sniff.h"

#include <catch2/catch.hpp>

#include "unit/content_samples.h"

namespace nnzip {
namespace {

using test::FileMaker;
using test::operator+;
using test::Random;
using test::smooth;

using Sniff = std::optional<Found> (*)(const HeaderView&);

std::optional<Found> sniffed(Sniff sniff, const Bytes& file) { return sniff(HeaderView(file)); }

// What the sniffer finds in the file, and nothing in any part of its header.
Found found(Sniff sniff, const Bytes& file) {
  const auto all = sniffed(sniff, file);
  REQUIRE(all);
  for (std::size_t size = 0; size < std::min<std::size_t>(all->begin, 4000); ++size) {
    const Bytes part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    const auto less = sniffed(sniff, part);
    if (less && less->layout != all->layout) FAIL("another layout by " << size << " bytes");
  }
  return *all;
}

// Every byte of the header in turn gets other values: nothing that is found is invalid.
void check_lies(Sniff sniff, const Bytes& file, std::size_t header) {
  for (std::size_t at = 0; at < header; ++at) {
    for (const int value : {0, 1, 0x7F, 0x80, 0xFF}) {
      Bytes lie = file;
      lie[at] = static_cast<std::uint8_t>(value);
      const auto found = sniffed(sniff, lie);
      if (!found) continue;
      CHECK(found->layout.is_valid());
      CHECK(found->begin < std::uint64_t{1} << 50);
    }
  }
}

Layout samples(std::uint32_t channels, std::uint32_t bits, bool flag) {
  Layout layout{.form = Form::kSamples, .element = channels * bits / 8, .channels = channels};
  layout.set_flag(flag);
  return layout;
}

Layout pixels(std::uint32_t stride, std::uint32_t element, std::uint32_t channels,
              bool low_first = false) {
  return {.form = Form::kPixels,
          .stride = stride,
          .element = element,
          .channels = channels,
          .low_first = low_first};
}

TEST_CASE("SniffSound.FindsSamples") {
  for (const std::uint32_t channels : {1, 2, 8}) {
    for (const std::uint32_t bits : {8, 16, 24, 32}) {
      const Bytes data = smooth(480 * channels, static_cast<int>(bits) / 8, true);
      for (const bool extensible : {false, true}) {
        const Found sound = found(sniff_wav, test::wav(channels, bits, data, extensible));
        CHECK(sound.begin == (extensible ? 68U : 44U));
        CHECK(sound.bytes == data.size());
        CHECK(sound.layout == samples(channels, bits, bits > 8));
      }
      const Found aiff = found(sniff_aiff, test::aiff(channels, bits, data));
      CHECK(aiff.begin == 54);
      CHECK(aiff.bytes == data.size());
      CHECK(aiff.layout == samples(channels, bits, bits == 8));
      const Found au = found(sniff_au, test::au(channels, bits, data));
      CHECK(au.begin == 24);
      CHECK(au.bytes == data.size());
      CHECK(au.layout == samples(channels, bits, bits == 8));
    }
  }
}

TEST_CASE("SniffSound.FindsFloats") {
  const Bytes data(4800);
  Bytes wav = test::wav(2, 32, data);
  wav[20] = 3;
  CHECK(found(sniff_wav, wav).layout == samples(2, 32, true));
  Bytes au = test::au(2, 32, data);
  au[15] = 6;
  CHECK(found(sniff_au, au).layout == samples(2, 32, false));
  au[15] = 7;
  CHECK(found(sniff_au, au).layout == Layout{.stride = 16, .element = 8});
  check_lies(sniff_au, au, 24);
}

TEST_CASE("SniffSound.FindsCompandedSamples") {
  const Bytes data(4800);
  for (const bool a_law : {false, true}) {
    const Layout expected{.form = Form::kCompanded, .element = 2, .channels = 2, .a_law = a_law};
    Bytes wav = test::wav(2, 8, data);
    wav[20] = a_law ? 6 : 7;
    CHECK(found(sniff_wav, wav).layout == expected);
    check_lies(sniff_wav, wav, 44);
    Bytes au = test::au(2, 8, data);
    au[15] = a_law ? 27 : 1;
    CHECK(found(sniff_au, au).layout == expected);
    check_lies(sniff_au, au, 24);
  }
}

TEST_CASE("SniffSound.FindsOtherContainers") {
  const Bytes data = smooth(4800, 3, true);
  const Found w64 = found(sniff_w64, test::w64(2, 24, data));
  CHECK(w64.begin == 104);
  CHECK(w64.bytes == data.size());
  CHECK(w64.layout == samples(2, 24, true));
  check_lies(sniff_w64, test::w64(2, 24, data), 104);
  for (const bool low_first : {false, true}) {
    const Found caf = found(sniff_caf, test::caf(2, 24, data, low_first));
    CHECK(caf.begin == 68);
    CHECK(caf.bytes == data.size());
    CHECK(caf.layout == samples(2, 24, low_first));
  }
  check_lies(sniff_caf, test::caf(2, 24, data, true), 68);
  Bytes rf64 = test::wav(2, 16, data);
  std::copy_n("RF64", 4, rf64.begin());
  CHECK(found(sniff_wav, rf64).bytes == data.size());
}

TEST_CASE("SniffSound.RefusesWhatItIsNot") {
  const Bytes data(100);
  CHECK_FALSE(sniffed(sniff_wav, test::wav(9, 16, data)));
  CHECK_FALSE(sniffed(sniff_wav, test::wav(2, 12, data)));
  CHECK_FALSE(sniffed(sniff_wav, test::wav(0, 16, data)));
  Bytes packed = test::wav(2, 16, data);
  packed[20] = 2;  // ADPCM
  CHECK_FALSE(sniffed(sniff_wav, packed));
  Bytes of_a_pipe = test::wav(2, 16, data);
  for (int i = 40; i < 44; ++i) of_a_pipe[static_cast<std::size_t>(i)] = 0xFF;
  CHECK(sniffed(sniff_wav, of_a_pipe)->bytes == Found::kToTheEnd);
  CHECK_FALSE(sniffed(sniff_au, test::au(9, 16, data)));
  check_lies(sniff_wav, test::wav(2, 16, data), 44);
  check_lies(sniff_wav, test::wav(2, 16, data, true), 68);
  check_lies(sniff_aiff, test::aiff(2, 16, data), 54);
  check_lies(sniff_au, test::au(2, 16, data), 24);
}

TEST_CASE("SniffImage.FindsPixels") {
  const Bytes data(40000);
  const Found bmp = found(sniff_bmp, test::bmp(33, 20, 24, data));
  CHECK(bmp.begin == 54);
  CHECK(bmp.bytes == 100 * 20);
  CHECK(bmp.layout == pixels(100, 3, 3));
  CHECK(found(sniff_bmp, test::bmp(33, static_cast<std::uint32_t>(-20), 24, data)).bytes == 2000);
  CHECK(found(sniff_bmp, test::bmp(33, 20, 32, data)).layout == pixels(132, 4, 4));
  CHECK(found(sniff_bmp, test::bmp(33, 20, 8, data)).layout == pixels(36, 1, 1));
  CHECK(found(sniff_bmp, test::bmp(33, 20, 4, data)).layout == pixels(20, 1, 1));
  CHECK(found(sniff_bmp, test::bmp(33, 20, 1, data)).layout == pixels(8, 1, 1));

  const auto pnm = [&](const std::string& header) {
    const Found image = found(sniff_pnm, FileMaker().text(header).data(data));
    CHECK(image.begin == header.size());
    return image;
  };
  CHECK(pnm("P6\n33 20\n255\n").layout == pixels(99, 3, 3));
  CHECK(pnm("P6\n# a comment\n33 # wide\n20 65535 ").layout == pixels(198, 6, 3));
  CHECK(pnm("P4 33 20\n").layout == pixels(5, 1, 1));
  CHECK(pnm("P5 33 20 255\n").layout == pixels(33, 1, 1));
  CHECK(pnm("P5 33 20 1023\n").layout == pixels(66, 2, 1));
  CHECK(pnm("P7\nWIDTH 33\nHEIGHT 20\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n").bytes ==
        33 * 20 * 4);

  CHECK(found(sniff_tga, test::tga(33, 20, 24, data)).layout == pixels(99, 3, 3));
  CHECK(found(sniff_tga, test::tga(33, 20, 8, data)).layout == pixels(33, 1, 1));

  for (const bool low_first : {true, false}) {
    const Bytes rows(33 * 20 * 6);
    const Found image = found(sniff_tiff, test::tiff(33, 20, 3, 16, 7, rows, low_first));
    CHECK(image.begin == 8);
    CHECK(image.bytes == rows.size());
    CHECK(image.layout == pixels(198, 6, 3, low_first));
    CHECK(sniffed(sniff_tiff, test::tiff(33, 20, 1, 8, 20, Bytes(660), low_first))->layout ==
          pixels(33, 1, 1));
    CHECK(sniffed(sniff_tiff, test::tiff(33, 20, 1, 4, 20, Bytes(340), low_first))->layout ==
          pixels(17, 1, 1));
  }
}

TEST_CASE("SniffImage.RefusesWhatItIsNot") {
  const Bytes data(40000);
  CHECK_FALSE(sniffed(sniff_bmp, test::bmp(0, 20, 24, data)));
  CHECK_FALSE(sniffed(sniff_bmp, test::bmp(33, 20, 16, data)));
  CHECK_FALSE(sniffed(sniff_bmp, test::bmp(0x7FFFFFFF, 0x7FFFFFFF, 32, data)));
  for (const char* header :
       {"P6\n", "P6 33", "P6 33 20 0 ", "P6 33 20 65536 ", "P6 33 20 255", "P6 0 20 255 ",
        "P6 x 20 255 ", "P65 33 20 255 ", "P6 999999999999 20 255 ", "P7\nWIDTH 3\nENDHDR\n"}) {
    CAPTURE(header);
    CHECK_FALSE(sniffed(sniff_pnm, FileMaker().text(header)));
  }
  CHECK_FALSE(sniffed(sniff_tga, test::tga(33, 20, 16, data)));
  Bytes apart = test::tiff(33, 20, 3, 8, 7, Bytes(33 * 20 * 3), true);
  apart[8 + 33 * 20 * 3 + 4] ^= 1;  // where the second strip begins
  CHECK_FALSE(sniffed(sniff_tiff, apart));
  check_lies(sniff_bmp, test::bmp(33, 20, 24, data), 54);
  check_lies(sniff_tga, test::tga(33, 20, 24, data), 18);
  const Bytes small = test::tiff(3, 2, 3, 8, 1, Bytes(18), true);
  check_lies(sniff_tiff, small, small.size());
}

TEST_CASE("SniffProgram.FindsCode") {
  const Bytes code = test::x86_code(9000);
  const Layout x86{.form = Form::kCode, .element = 1}, words{.form = Form::kCode, .element = 4};
  for (const auto& [machine, layout] : {std::pair(62, x86), {3, x86}, {183, words}}) {
    const Found part = found(sniff_elf, test::elf(static_cast<std::uint32_t>(machine), code));
    CHECK(part.begin == 4096);
    CHECK(part.bytes == code.size());
    CHECK(part.layout == layout);
  }
  for (const auto& [machine, layout] : {std::pair(0x14C, x86), {0x8664, x86}, {0xAA64, words}}) {
    const Found part = found(sniff_pe, test::pe(static_cast<std::uint32_t>(machine), code));
    CHECK(part.begin == 1024);
    CHECK(part.bytes == code.size());
    CHECK(part.layout == layout);
  }
  CHECK_FALSE(sniffed(sniff_elf, test::elf(8, code)));  // MIPS
  CHECK_FALSE(sniffed(sniff_pe, test::pe(0x1C0, code)));
  check_lies(sniff_elf, test::elf(62, code), 176);
  check_lies(sniff_pe, test::pe(0x14C, code), 240);
}

TEST_CASE("SniffCompressed.KnowsTheirBeginnings") {
  const auto jpeg = FileMaker().text("\xFF\xD8\xFF\xE0").big(16, 2).zeros(14);
  const auto frame = FileMaker(jpeg).text("\xFF\xC2").big(11, 2).zeros(5).little(1, 1).zeros(3);
  const auto scan_of = [](FileMaker file, std::uint8_t components) {
    return file.text("\xFF\xDA").big(8, 2).little(components, 1).zeros(5).data(Bytes(50, 7));
  };
  const Bytes scan = scan_of(frame, 1);
  const Found image = found(sniff_jpeg, scan);
  CHECK(image.begin == 43);
  CHECK(image.compressed);
  CHECK_FALSE(sniffed(sniff_jpeg, frame));             // no scan
  CHECK_FALSE(sniffed(sniff_jpeg, scan_of(jpeg, 1)));  // no frame
  CHECK_FALSE(sniffed(sniff_jpeg, scan_of(frame, 2)));
  FileMaker odd = FileMaker(jpeg).text("\xFF\xC2").big(11, 2).zeros(5).little(3, 1).zeros(3);
  CHECK_FALSE(sniffed(sniff_jpeg, scan_of(odd, 1)));
  CHECK_FALSE(sniffed(sniff_jpeg, FileMaker(jpeg).text("\xFF\x05").big(8, 2).zeros(60)));
  check_lies(sniff_jpeg, scan, scan.size());

  const auto zip = [](std::uint32_t flags, std::uint32_t method, std::uint32_t bytes) {
    return sniffed(sniff_zip, FileMaker()
                                  .text("PK\x03\x04")
                                  .little(20, 2)
                                  .little(flags, 2)
                                  .little(method, 2)
                                  .zeros(8)
                                  .little(bytes, 4)
                                  .little(1, 4)
                                  .little(5, 2)
                                  .little(2, 2));
  };
  CHECK(zip(0, 8, 1000)->begin == 37);
  CHECK(zip(0, 8, 1000)->bytes == 1000);
  CHECK(zip(8, 8, 0)->bytes == Found::kToTheEnd);
  CHECK_FALSE(zip(0, 0, 1000));  // stored

  // Frames of 417 bytes, at 128 kbit/s and 44100 Hz.
  FileMaker mp3;
  for (int i = 0; i < 5; ++i) mp3.text("\xFF\xFB\x90").zeros(414);
  CHECK(sniffed(sniff_mp3, mp3));
  Bytes broken = mp3;
  broken[3 * 417 + 2] = 0;
  CHECK_FALSE(sniffed(sniff_mp3, broken));
  check_lies(sniff_mp3, mp3, 3);

  CHECK(sniffed(sniff_mp4, FileMaker().big(5000, 4).text("mdat"))->bytes == 4992);
  CHECK(sniffed(sniff_mp4, FileMaker().big(1, 4).text("mdat").big(9000, 8))->bytes == 8984);
  CHECK_FALSE(sniffed(sniff_mp4, FileMaker().big(4, 4).text("mdat")));
  CHECK(sniffed(sniff_7z,
                FileMaker().text("7z\xBC\xAF\x27\x1C").zeros(6).little(500, 8).little(30, 8))
            ->bytes == 562);
  CHECK(sniffed(sniff_webp, FileMaker().text("RIFF").little(700, 4).text("WEBPVP8L"))->bytes ==
        708);
}

TEST_CASE("SniffArray.FindsNumbers") {
  const Bytes data = smooth(4800, 4, true);
  struct Case {
    const char *type, *shape;
    bool columns_first;
    Layout layout;
  };
  const Case cases[] = {
      {"<f4", "(30, 40)", false, {.stride = 160, .element = 4}},
      {"<f4", "(30, 40)", true, {.stride = 120, .element = 4}},
      {">f8", "(600,)", false, {.stride = 16, .element = 8, .high_first = true}},
      {"<c16", "(30, 10)", false, {.stride = 160, .element = 8}},
      {"<f2", "(2, 30, 40)", false, {.stride = 80, .element = 2, .odd_high = true}},
      {">i2", "(60, 40)", false, {.stride = 80, .element = 2}},
      {"|u1", "(40, 40, 3)", false, {.stride = 120, .element = 3}},
      {"|u1", "(4800,)", false, {.stride = 2}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.type, c.shape, c.columns_first);
    const Bytes file = test::npy(c.type, c.shape, c.columns_first, data);
    const Found array = found(sniff_npy, file);
    CHECK(array.begin == file.size() - data.size());
    CHECK(array.bytes == data.size());
    CHECK(array.layout == c.layout);
    check_lies(sniff_npy, file, array.begin);
  }
  for (const char* const type : {"<U4", "|O", "<f3", "[('a', '<f4')]"}) {
    CHECK_FALSE(sniffed(sniff_npy, test::npy(type, "(30, 40)", false, data)));
  }
}

TEST_CASE("SniffArray.FindsTensors") {
  const Bytes data = smooth(4800, 2, true);
  const Bytes file = test::safetensors("BF16", "[60,40]", data);
  const Found tensors = found(sniff_safetensors, file);
  CHECK(tensors.begin + tensors.bytes == file.size());
  CHECK(tensors.bytes == data.size() + 32);
  CHECK(tensors.layout == Layout{.stride = 80, .element = 2, .odd_high = true});
  check_lies(sniff_safetensors, file, tensors.begin);
  CHECK(found(sniff_safetensors, test::safetensors("F64", "[6,100]", data)).layout ==
        Layout{.stride = 800, .element = 8});
  CHECK_FALSE(sniffed(sniff_safetensors, FileMaker().little(20, 8).text("{\"a\": [1, 2, 3]}    ")));
  // The largest one counts, in whatever order its entries stand.
  const std::string_view json =
      R"({"__metadata__":{"format":"pt"},"a":{"shape":[9,9],"data_offsets":[0,81],"dtype":"I8"},)"
      R"("b":{"data_offsets":[81,181],"dtype":"F16","shape":[5,10]}})";
  const Found several =
      found(sniff_safetensors, FileMaker().little(json.size(), 8).text(json).zeros(181));
  CHECK(several.bytes == 181);
  CHECK(several.layout == Layout{.stride = 20, .element = 2, .odd_high = true});
}

TEST_CASE("SniffArray.FindsFitsAndNifti") {
  const Bytes data = smooth(4800, 4, false);
  const Found fits = found(sniff_fits, test::fits(-32, 40, 30, data));
  CHECK(fits.begin == 2880);
  CHECK(fits.bytes == data.size());
  CHECK(fits.layout == Layout{.stride = 160, .element = 4, .high_first = true});
  check_lies(sniff_fits, test::fits(16, 40, 60, data), 480);
  const Found nifti = found(sniff_nifti, test::nifti(16, 40, 60, data));
  CHECK(nifti.begin == 352);
  CHECK(nifti.bytes == data.size());
  CHECK(nifti.layout == Layout{.stride = 80, .element = 2, .odd_high = true});
  check_lies(sniff_nifti, test::nifti(16, 40, 60, data), 352);
}

TEST_CASE("SniffTar.FindsMembers") {
  const Bytes member = test::tar_member("a", Bytes(1000, 'a'));
  const auto file = sniffed(sniff_tar, member);
  REQUIRE(file);
  CHECK(file->begin == 512);
  CHECK(file->bytes == 1000);
  for (std::size_t at = 0; at < 512; ++at) {
    Bytes lie = member;
    lie[at] = static_cast<std::uint8_t>(lie[at] + 1);
    CAPTURE(at);
    const auto still = sniffed(sniff_tar, lie);  // its magic and its checksum may be spelled
    CHECK((!still || still->bytes == 1000));     // otherwise
  }
  Bytes large = member;
  large[124] = 0x80;
  CHECK_FALSE(sniffed(sniff_tar, large));  // the checksum is another
}

}  // namespace
}  // namespace nnzip
