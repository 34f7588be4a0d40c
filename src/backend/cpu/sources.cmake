# The cpu backend: one kernel file for each instruction set, each with its own flags. Nothing outside
# the kernel files is compiled for more than the baseline, so that a program built here starts on any
# machine and chooses at run time.
set(NNZIP_CPU_SOURCES
  cpu/cpu_backend.cpp
  cpu/cpu_engine.cpp
  cpu/cpu_pack.cpp
  cpu/cpu_profile.cpp
  cpu/cpu_session.cpp
  cpu/kernels_scalar.cpp)
set(cpu_kernel_flags -O3 -ffp-contract=off)
set_source_files_properties(cpu/kernels_scalar.cpp PROPERTIES COMPILE_OPTIONS "${cpu_kernel_flags}")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  list(APPEND NNZIP_CPU_SOURCES cpu/kernels_avx2.cpp cpu/kernels_avx512vnni.cpp)
  set_source_files_properties(cpu/kernels_avx2.cpp PROPERTIES
    COMPILE_OPTIONS "${cpu_kernel_flags};-mavx2")
  set_source_files_properties(cpu/kernels_avx512vnni.cpp PROPERTIES
    COMPILE_OPTIONS "${cpu_kernel_flags};-mavx512f;-mavx512bw;-mavx512vl;-mavx512dq;-mavx512vnni;-mprefer-vector-width=512")
endif()
