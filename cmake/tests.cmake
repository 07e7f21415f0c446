# Every tests/foo_test.cpp becomes the ctest entry `foo`, so that ctest prints seconds per part;
# scripts (tests/*.sh, tests/*.py) are entries too. All run from the source directory.

function(postroad_ctest name)
    add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES TIMEOUT 3600
        ENVIRONMENT "POSTROAD_BUILD_DIR=${CMAKE_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
endfunction()

file(GLOB fingerprint_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fingerprint/*.cpp)
if(fingerprint_sources)
    postroad_program(fingerprint SOURCES ${fingerprint_sources} LINK postroad_sim)
endif()

# --- C++ tests: one binary, one entry a file ---
file(GLOB test_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/*_test.cpp)
file(GLOB test_helpers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/support/*.cpp)
find_package(Catch2 3 QUIET CONFIG)
if(Catch2_FOUND)
    set(catch_flags --allow-running-no-tests)
else()
    find_package(Catch2 2.13 QUIET CONFIG)
    set(catch_flags "")
endif()
if(test_sources AND NOT Catch2_FOUND)
    message(STATUS "Catch2 is not installed: the C++ tests are left out (./postroad test installs it)")
endif()
if(test_sources AND Catch2_FOUND)
    set(tested postroad_sim)
    if(TARGET postroad_command_lib)
        list(APPEND tested postroad_command_lib)
    endif()
    # Not part of `all`: who only wants to run a lab does not compile the tests.
    postroad_program(postroad_tests SOURCES ${test_sources} ${test_helpers}
        LINK ${tested} Catch2::Catch2WithMain)
    set_target_properties(postroad_tests PROPERTIES EXCLUDE_FROM_ALL ON)
    if(POSTROAD_PRECOMPILE)
        target_precompile_headers(postroad_tests PRIVATE tests/catch.hpp)
    endif()
    # What is tested is optimised; the tests themselves compile faster at -O1. Under the sanitizers
    # they take most of the build: so not at all, and without the fuzzers' counters.
    if(POSTROAD_SANITIZE)
        target_compile_options(postroad_tests PRIVATE -O0 -fno-sanitize=fuzzer-no-link)
    else()
        target_compile_options(postroad_tests PRIVATE -O1)
    endif()
    foreach(source ${test_sources})
        get_filename_component(file ${source} NAME_WE)
        string(REGEX REPLACE "_test$" "" name ${file})
        postroad_ctest(${name} $<TARGET_FILE:postroad_tests> "-#" "[#${file}]" ${catch_flags})
        if(POSTROAD_OTHER_BUILDS)
            # Under the sanitizers too, without the cases tagged [slow].
            postroad_ctest(asan_${name} ${CMAKE_SOURCE_DIR}/build/asan/postroad_tests
                "-#" "[#${file}]~[slow]" ${catch_flags})
        endif()
    endforeach()
endif()

# --- Machines on sockets of their own, for judges that nobody here wrote; built with the tests ---
file(GLOB judged_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/judged/*.cpp)
foreach(source ${judged_sources})
    get_filename_component(judged ${source} NAME_WE)
    postroad_program(${judged} SOURCES ${source} LINK postroad_protocols)
    set_target_properties(${judged} PROPERTIES EXCLUDE_FROM_ALL ON)
    if(TARGET postroad_tests)
        add_dependencies(postroad_tests ${judged})
    endif()
endforeach()

include(cmake/view_tests.cmake)

# --- Fuzzers: built by the asan preset, run for a few seconds by ctest ---
file(GLOB fuzzer_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzz.cpp)
add_custom_target(fuzzers)
foreach(source ${fuzzer_sources})
    get_filename_component(fuzzer ${source} NAME_WE)
    if(POSTROAD_FUZZ)
        postroad_program(${fuzzer} SOURCES ${source} LINK postroad_sim)
        target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
        set_target_properties(${fuzzer} PROPERTIES EXCLUDE_FROM_ALL ON)
        add_dependencies(fuzzers ${fuzzer})
    elseif(POSTROAD_OTHER_BUILDS)
        string(REGEX REPLACE "_fuzz$" "" name ${fuzzer})
        postroad_ctest(fuzz_${name} sh ${CMAKE_SOURCE_DIR}/tests/fuzz/run.sh ${name})
    endif()
endforeach()

# --- Scripts ---
file(GLOB test_scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/*.sh ${CMAKE_SOURCE_DIR}/tests/*.py)
foreach(script ${test_scripts})
    get_filename_component(name ${script} NAME_WE)
    if(script MATCHES "\\.py$")
        postroad_ctest(${name} /usr/bin/python3 ${script})
    elseif(POSTROAD_OTHER_BUILDS OR NOT name STREQUAL "compilers_agree")
        postroad_ctest(${name} sh ${script})
    endif()
endforeach()

if(TARGET postroad_tsan)
    add_dependencies(postroad_tests postroad_tsan)
    postroad_ctest(tsan_live_faults /usr/bin/python3 tests/live_faults_test.py)
    set_property(TEST tsan_live_faults APPEND PROPERTY ENVIRONMENT
        "POSTROAD_BUILD_DIR=${CMAKE_BINARY_DIR}/tsan")
endif()

# --- The rules of the tree, and tests of what checks them ---
postroad_ctest(tidy /usr/bin/python3 tests/tidy/check.py)
postroad_ctest(tidy_itself /usr/bin/python3 tests/tidy/check_test.py)
