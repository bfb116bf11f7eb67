#pragma once

namespace portcullis::test {

// Whether the sanitizers are on: tests that repeat themselves for long then do so less often.
#ifdef PORTCULLIS_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace portcullis::test
