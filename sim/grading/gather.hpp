// The work of gathering Evidence: shared by evidence.cpp and evidence_mail.cpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/grading/evidence.hpp"

namespace postroad::sim::grading {

struct Gatherer {
    Gatherer(Evidence& evidence, const Trace& whole, const World& last)
        : out(evidence), trace(whole), world(last), setup(*last.setup), index(whole, setup) {}

    void connections();
    void line(const RowView& row, std::uint64_t position);
    void decision(const RowView& row, std::uint64_t position);
    void verdict(const RowView& row, std::uint64_t position);
    void lookup(const RowView& row, std::uint64_t position);
    void queue(const RowView& row);
    void messages();
    void lying();  // evidence_store.cpp
    void shown();
    void exposed();  // evidence_exposure.cpp

    Happening& add(Kind kind, Time time, std::uint64_t position, Id conversation,
                   std::string sentence);
    static void set(Happening& one, Kind kind, std::string_view field,
                    std::vector<std::string> values);
    std::vector<std::string> names_of(NodeId node) const;
    std::vector<std::string> names_of(const net::Address& address) const;

    // What each journey's author sent; what is unknown stays empty.
    struct Original {
        MailWords words;
        bool known = false;
        std::string reverse_path;
    };
    Original original_of(const views::Journey& journey);
    std::vector<std::string> owner_addresses(std::string_view address) const;
    std::vector<std::string> chain_to(const views::Custody& delivered) const;
    void custody(const views::Custody& step, const Original& original);
    void copy(const views::Custody& delivered, const Original& original);
    // The delivered message's octets: from the mailbox, or from who collected it.
    bool copy_octets(const views::Custody& delivered, std::string& octets) const;
    const SentContent* sent(Id conversation, std::uint32_t transaction);

    Evidence& out;
    const Trace& trace;
    const World& world;
    const Setup& setup;
    views::TraceIndex index;
    std::map<Id, std::vector<SentContent>> contents;       // by conversation
    std::map<Id, std::vector<std::string>> failure_words;  // by message: why recipients failed
};

}  // namespace postroad::sim::grading
