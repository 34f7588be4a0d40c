# Options for all of nnzip's own code. The law of equal integers needs -ffp-contract=off everywhere:
# no multiplication and addition may be contracted into an FMA. Installed files do not
# hold the path of the sources.
add_compile_options(-ffp-contract=off -fno-math-errno -fno-trapping-math -fvisibility=hidden
                    -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=
                    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overflows in std::string and std::vector that are not there (GCC bugs 105329, 105762).
  add_compile_options(-Wno-restrict -Wno-stringop-overflow)
endif()
if(NNZIP_WERROR)
  add_compile_options(-Werror)
endif()
if(NNZIP_SANITIZE)
  add_compile_options(-fsanitize=${NNZIP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${NNZIP_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # GCC's own manual warns of false positives of this one under a sanitizer.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()
if(NNZIP_BUILD_FUZZERS)
  # Coverage for libFuzzer; the fuzzers alone are linked with its main function.
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
