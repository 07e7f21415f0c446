// A realm for judges: its KDC has the key of the RPC server that it stands beside, and of people
// with their passwords, by the clock on the wall.
#pragma once

#include <chrono>
#include <map>
#include <set>

#include "protocols/kerberos/kdc.hpp"
#include "protocols/kerberos/stream.hpp"
#include "tests/support/rpc_desk.hpp"

namespace judged {

using namespace postroad;

inline kerberos::Moment wall_clock() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
    return {us / 1'000'000, static_cast<std::int32_t>(us % 1'000'000)};
}

class Kdc : public kerberos::Database {
  public:
    explicit Kdc(const rpc_desk::Desk& desk) : people_(desk.people) {
        settings_.realm = "EXAMPLE.ORG";
    }
    bool knows(const kerberos::PrincipalName& name) const override {
        return people_.contains(to_text(name)) || name.parts.front() == "krbtgt" ||
               rpc_desk::is_service(name);
    }
    kerberos::Key key(const kerberos::PrincipalName& name,
                      kerberos::EncryptionType type) const override {
        if (const auto found = people_.find(to_text(name)); found != people_.end())
            return kerberos::string_to_key(type, found->second,
                                           kerberos::default_salt(settings_.realm, name));
        kerberos::Key out = rpc_desk::key_filled(rpc_desk::is_service(name) ? 'S' : 'K');
        out.type = type;
        out.octets.resize(kerberos::key_octets(type));
        return out;
    }
    // kdc_request, as kerberos::Stream asks it.
    void answer(const Ask& ask, Answer& out) {
        // Nobody guesses here, but no two tickets may have one key.
        std::string fresh = std::to_string(++drawn_);
        fresh.resize(32, '.');
        const kerberos::Drawn drawn{fresh, std::string(16, 't'), std::string(16, 'r')};
        served_ = kerberos::answer(*this, settings_, ask.a, wall_clock(), drawn,
                                   [this](std::string_view words) {
                                       return !seen_.emplace(words).second;
                                   });
        out = {};
        out.to = ask.kind;
        out.ok = !served_.reply.empty();
        out.text = served_.reply;
    }

  private:
    const std::map<std::string, std::string>& people_;
    kerberos::KdcSettings settings_;
    kerberos::Served served_;
    std::set<std::string, std::less<>> seen_;
    unsigned drawn_ = 0;
};

}  // namespace judged
