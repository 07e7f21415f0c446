// Where OpenSSL gets its random numbers from: a stream that belongs to one TLS endpoint or one
// key, so that bytes depend on the world's seed and never on the machine, the order or the thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <openssl/types.h>

namespace postroad::sim::tls {

// The ChaCha20 key stream (RFC 8439 §2.3) under a key made of three numbers.
class RandomStream {
  public:
    RandomStream(std::uint64_t seed, std::uint64_t subject, std::uint64_t purpose);
    void read(unsigned char* out, std::size_t octets);
    // What OpenSSL draws as private (nonces, blinding) comes from a stream of its own: when an RSA
    // key is blinded depends on what the key was used for before, and must not move other bytes.
    RandomStream& private_stream();

  private:
    void refill();
    std::array<std::uint32_t, 16> state_;
    std::array<unsigned char, 64> block_{};
    std::size_t used_ = 64;
    std::unique_ptr<RandomStream> private_;
};

// While it lives, this thread's OpenSSL draws from `stream`. Without one a draw fails.
class DrawFrom {
  public:
    explicit DrawFrom(RandomStream& stream);
    DrawFrom(const DrawFrom&) = delete;
    DrawFrom& operator=(const DrawFrom&) = delete;
    ~DrawFrom();

  private:
    RandomStream* before_;
};

// OpenSSL as this program uses it: its own library context, with the streams above as the only
// source of random numbers. One a process; ready for the calling thread.
OSSL_LIB_CTX* library();

}  // namespace postroad::sim::tls
