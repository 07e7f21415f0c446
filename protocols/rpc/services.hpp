// The services that Windows servers register with the endpoint mapper, and what each lets a caller
// do: so that it can be said what an open port has opened.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocols/rpc/tower.hpp"

namespace postroad::rpc {

struct KnownService {
    std::string_view word;  // "service-control"
    Syntax interface;
    std::string_view name;        // of the interface in its document
    std::string_view annotation;  // what the mapper says beside it; often nothing
    std::string_view pipe;        // where it is reached by SMB; empty: not so
    std::string_view document;    // that defines it
    std::string_view can;         // a sentence: what a caller can do
    bool mail = false;            // part of what a mail client needs
};

std::span<const KnownService> known_services();
const KnownService* find_service(std::string_view word);
// By UUID and major version.
const KnownService* find_service(const Syntax& interface);
// "store", or the UUID of what is not known.
std::string word_of(const Syntax& interface);
// "service control manager (367abb81-… 2.0): start, stop and install services …"; what is not known
// is said to be so.
std::string describe_service(const Syntax& interface);

}  // namespace postroad::rpc
