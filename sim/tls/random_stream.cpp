// The stream, and the OpenSSL provider through which the library draws from it.
#include "sim/tls/random_stream.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

#include "protocols/base/assertion.hpp"

namespace postroad::sim::tls {
namespace {

thread_local RandomStream* current_stream = nullptr;

void quarter_round(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c, std::uint32_t& d) {
    a += b;
    d = std::rotl(d ^ a, 16);
    c += d;
    b = std::rotl(b ^ c, 12);
    a += b;
    d = std::rotl(d ^ a, 8);
    c += d;
    b = std::rotl(b ^ c, 7);
}

// --- a random number generator in OpenSSL's sense (provider-rand(7)) ---

struct Generator {
    int state = EVP_RAND_STATE_UNINITIALISED;
    int is_private = 0;
};

Generator* generator(void* context) { return static_cast<Generator*>(context); }

void* new_generator(void*, void*, const OSSL_DISPATCH*) { return new Generator; }
void free_generator(void* context) { delete generator(context); }
int instantiate(void* context, unsigned int, int, const unsigned char*, std::size_t,
                const OSSL_PARAM*) {
    generator(context)->state = EVP_RAND_STATE_READY;
    return 1;
}
int uninstantiate(void* context) {
    generator(context)->state = EVP_RAND_STATE_UNINITIALISED;
    return 1;
}
int generate(void* context, unsigned char* out, std::size_t octets, unsigned int, int,
             const unsigned char*, std::size_t) {
    if (current_stream == nullptr) return 0;  // somebody draws and has not said for whom
    RandomStream& from = generator(context)->is_private ? current_stream->private_stream()
                                                        : *current_stream;
    from.read(out, octets);
    return 1;
}
int reseed(void*, int, const unsigned char*, std::size_t, const unsigned char*, std::size_t) {
    return 1;
}
int enable_locking(void*) { return 1; }
int lock(void*) { return 1; }
void unlock(void*) {}

int get_parameters(void* context, OSSL_PARAM parameters[]) {
    constexpr std::size_t request_octets_max = 1U << 20;
    OSSL_PARAM* one = OSSL_PARAM_locate(parameters, OSSL_RAND_PARAM_STATE);
    if (one != nullptr && !OSSL_PARAM_set_int(one, generator(context)->state)) return 0;
    one = OSSL_PARAM_locate(parameters, OSSL_RAND_PARAM_STRENGTH);
    if (one != nullptr && !OSSL_PARAM_set_uint(one, 256)) return 0;
    one = OSSL_PARAM_locate(parameters, OSSL_RAND_PARAM_MAX_REQUEST);
    return one == nullptr || OSSL_PARAM_set_size_t(one, request_octets_max) ? 1 : 0;
}
constexpr const char* private_parameter = "postroad-private";
int set_parameters(void* context, const OSSL_PARAM parameters[]) {
    const OSSL_PARAM* one = OSSL_PARAM_locate_const(parameters, private_parameter);
    return one == nullptr || OSSL_PARAM_get_int(one, &generator(context)->is_private) ? 1 : 0;
}
const OSSL_PARAM* settable(void*, void*) {
    static const OSSL_PARAM table[] = {OSSL_PARAM_int(private_parameter, nullptr), OSSL_PARAM_END};
    return table;
}
const OSSL_PARAM* gettable(void*, void*) {
    static const OSSL_PARAM table[] = {OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, nullptr),
                                       OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, nullptr),
                                       OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, nullptr),
                                       OSSL_PARAM_END};
    return table;
}

template <class F>
OSSL_DISPATCH entry(int id, F* function) {
    return {id, reinterpret_cast<void (*)()>(function)};
}

const OSSL_ALGORITHM* query(void*, int operation, int* no_cache) {
    static const OSSL_DISPATCH functions[] = {
        entry(OSSL_FUNC_RAND_NEWCTX, new_generator),
        entry(OSSL_FUNC_RAND_FREECTX, free_generator),
        entry(OSSL_FUNC_RAND_INSTANTIATE, instantiate),
        entry(OSSL_FUNC_RAND_UNINSTANTIATE, uninstantiate),
        entry(OSSL_FUNC_RAND_GENERATE, generate),
        entry(OSSL_FUNC_RAND_RESEED, reseed),
        entry(OSSL_FUNC_RAND_ENABLE_LOCKING, enable_locking),
        entry(OSSL_FUNC_RAND_LOCK, lock),
        entry(OSSL_FUNC_RAND_UNLOCK, unlock),
        entry(OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS, gettable),
        entry(OSSL_FUNC_RAND_GET_CTX_PARAMS, get_parameters),
        entry(OSSL_FUNC_RAND_SETTABLE_CTX_PARAMS, settable),
        entry(OSSL_FUNC_RAND_SET_CTX_PARAMS, set_parameters),
        {0, nullptr}};
    static const OSSL_ALGORITHM algorithms[] = {
        {"POSTROAD-STREAM", "provider=postroad", functions, "the stream of who draws"},
        {nullptr, nullptr, nullptr, nullptr}};
    *no_cache = 0;
    return operation == OSSL_OP_RAND ? algorithms : nullptr;
}

int start_provider(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH*, const OSSL_DISPATCH** out,
                   void** context) {
    static const OSSL_DISPATCH functions[] = {entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
                                              {0, nullptr}};
    *out = functions;
    *context = const_cast<OSSL_CORE_HANDLE*>(handle);
    return 1;
}

OSSL_LIB_CTX* make_library() {
    OSSL_LIB_CTX* const made = OSSL_LIB_CTX_new();
    POSTROAD_ASSERT(made != nullptr);
    POSTROAD_ASSERT(OSSL_PROVIDER_add_builtin(made, "postroad", start_provider) == 1);
    POSTROAD_ASSERT(OSSL_PROVIDER_load(made, "postroad") != nullptr);
    // Loading any provider switches off the one that is there by itself.
    POSTROAD_ASSERT(OSSL_PROVIDER_load(made, "default") != nullptr);
    POSTROAD_ASSERT(RAND_set_DRBG_type(made, "POSTROAD-STREAM", "provider=postroad", nullptr,
                                       nullptr) == 1);
    return made;
}

// OpenSSL keeps a public and a private generator a thread.
bool prepare_thread(OSSL_LIB_CTX* context) {
    int one = 1;
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_int(private_parameter, &one),
                                     OSSL_PARAM_construct_end()};
    EVP_RAND_CTX* const generator_of_thread = RAND_get0_private(context);
    return generator_of_thread != nullptr &&
           EVP_RAND_CTX_set_params(generator_of_thread, parameters) == 1;
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t subject, std::uint64_t purpose)
    : state_{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574} {
    const std::uint64_t key[] = {seed, subject, purpose, 0};
    for (std::size_t i = 0; i < 4; ++i) {
        state_[4 + 2 * i] = static_cast<std::uint32_t>(key[i]);
        state_[5 + 2 * i] = static_cast<std::uint32_t>(key[i] >> 32);
    }
    state_[12] = state_[13] = state_[14] = state_[15] = 0;
}

RandomStream& RandomStream::private_stream() {
    if (!private_) {
        private_ = std::make_unique<RandomStream>(0, 0, 0);
        private_->state_ = state_;
        private_->state_[12] = private_->state_[13] = 0;
        private_->state_[14] = 1;  // another nonce
    }
    return *private_;
}

void RandomStream::refill() {
    std::array<std::uint32_t, 16> x = state_;
    for (int round = 0; round < 10; ++round) {
        quarter_round(x[0], x[4], x[8], x[12]);
        quarter_round(x[1], x[5], x[9], x[13]);
        quarter_round(x[2], x[6], x[10], x[14]);
        quarter_round(x[3], x[7], x[11], x[15]);
        quarter_round(x[0], x[5], x[10], x[15]);
        quarter_round(x[1], x[6], x[11], x[12]);
        quarter_round(x[2], x[7], x[8], x[13]);
        quarter_round(x[3], x[4], x[9], x[14]);
    }
    for (std::size_t i = 0; i < 16; ++i) {
        const std::uint32_t word = x[i] + state_[i];
        for (std::size_t k = 0; k < 4; ++k)
            block_[4 * i + k] = static_cast<unsigned char>(word >> (8 * k));
    }
    if (++state_[12] == 0) ++state_[13];
    used_ = 0;
}

void RandomStream::read(unsigned char* out, std::size_t octets) {
    while (octets > 0) {
        if (used_ == block_.size()) refill();
        const std::size_t now = std::min(octets, block_.size() - used_);
        std::memcpy(out, block_.data() + used_, now);
        used_ += now;
        out += now;
        octets -= now;
    }
}

DrawFrom::DrawFrom(RandomStream& stream) : before_(current_stream) { current_stream = &stream; }
DrawFrom::~DrawFrom() { current_stream = before_; }

OSSL_LIB_CTX* library() {
    static OSSL_LIB_CTX* const context = make_library();
    static thread_local const bool ready = prepare_thread(context);
    POSTROAD_ASSERT(ready);
    return context;
}

}  // namespace postroad::sim::tls
