// Tables that follow conversations and messages: custody, queues, deliveries.
#include "python/module/fact_table.hpp"
#include "sim/views/fact_words.hpp"
#include "sim/views/ladder_words.hpp"

namespace postroad::python {
namespace {

using namespace sim;

std::string queue_id_words(std::string_view octets) {
    Id id = 0;
    std::memcpy(&id, octets.data(), sizeof id);
    return views::queue_id(id);
}

// What a custody fact's tail says.
struct CustodyWords {
    std::string_view message_id, subject, reverse_path, forward_paths, mailbox;
    CustodyWords(const CustodyFact& fact, std::string_view tail) {
        if (fact.move == CustodyMove::composed) {
            message_id = views::take_line(tail);
            subject = views::take_line(tail);
        }
        if (in_mailbox(fact)) {
            mailbox = tail;
        } else {
            reverse_path = views::take_line(tail);
            forward_paths = tail;
        }
    }
    static bool in_mailbox(const CustodyFact& fact) {
        return fact.move == CustodyMove::delivered || fact.move == CustodyMove::fetched;
    }
};

constexpr std::size_t endings = static_cast<std::size_t>(Ending::crashed) + 1;

}  // namespace

Columns conversations_table(Rows& rows) {
    const views::TraceIndex& index = rows.index();
    const auto& all = index.conversations;
    Columns out(all.size());
    auto& number = out.numbers<std::uint32_t>("conversation");
    When begun(rows, out, "begun", "begun_s"), established(rows, out, "established", "established_s"),
        ended(rows, out, "ended", "ended_s");
    Who initiator(rows, out, "initiator"), acceptor(rows, out, "acceptor");
    Codes& source = out.codes("source");
    auto& source_port = out.numbers<std::uint16_t>("source_port");
    Codes& target = out.codes("target");
    auto& target_port = out.numbers<std::uint16_t>("target_port");
    Codes& service = out.codes("service");
    Word<Ending> how(out, "how", endings, views::word);
    auto& lines = out.numbers<std::uint32_t>("lines");
    auto& mails = out.numbers<std::uint32_t>("mails");
    auto& packets = out.numbers<std::uint32_t>("packets");
    auto& lost = out.numbers<std::uint32_t>("lost");
    auto& sent_again = out.numbers<std::uint32_t>("sent_again");
    std::uint32_t row = 0;
    const auto some = [](When& when, Time time) { time == never ? when.put_never() : when.put(time); };
    for (const views::Conversation& one : all) {
        number.put(row + 1);
        const RowView first = rows.trace.at(one.first);
        const auto& opening = first.as<ConversationFact>();
        const views::ConversationCounts& count = index.counts[row];
        begun.put(first.head().time);
        some(established, one.established);
        some(ended, one.ended);
        initiator.put(one.initiator);
        acceptor.put(one.acceptor);
        for (Codes* codes : {&source, &target, &service}) codes->put(static_cast<std::int32_t>(row));
        source.words.push_back(net::format(opening.source));
        target.words.push_back(net::format(opening.target));
        service.words.push_back(views::service_name(one.protocol, one.target_port));
        source_port.put(one.source_port);
        target_port.put(one.target_port);
        how.put(one.how);
        lines.put(count.lines);
        mails.put(count.mails);
        packets.put(count.packets);
        lost.put(count.lost);
        sent_again.put(count.sent_again);
        ++row;
    }
    return out;
}

Columns custody_table(Rows& rows) {
    FactTable<CustodyFact> table(rows);
    // `get(words)` of what is said where `there(fact)` holds.
    const auto told = [&](const char* name, auto there, auto get, auto show) {
        table.text(name, [there, get](const CustodyFact& fact, const RowView& row) {
            return there(fact)
                       ? std::optional(get(CustodyWords(fact, row.tail<CustodyFact>())))
                       : std::nullopt;
        }, show);
    };
    const auto is_composed = [](const CustodyFact& fact) { return fact.move == CustodyMove::composed; };
    const auto has_envelope = [](const CustodyFact& fact) { return !CustodyWords::in_mailbox(fact); };
    using Show = std::string (*)(std::string_view);
    constexpr Show as_it_is = [](std::string_view text) { return std::string(text); };
    table.message(&CustodyFact::message);
    table.octets("queue_id", &CustodyFact::message, queue_id_words);
    table.word<CustodyMove>("move", CustodyMove::discarded, views::word, &CustodyFact::move);
    table.conversation(&CustodyFact::conversation);
    table.number("recipients", &CustodyFact::recipients);
    told("reverse_path", has_envelope, [](CustodyWords w) { return w.reverse_path; }, as_it_is);
    told("forward_paths", has_envelope, [](CustodyWords w) { return w.forward_paths; }, comma_separated);
    told("mailbox", CustodyWords::in_mailbox, [](CustodyWords w) { return w.mailbox; }, as_it_is);
    told("message_id", is_composed, [](CustodyWords w) { return w.message_id; }, as_it_is);
    told("subject", is_composed, [](CustodyWords w) { return w.subject; }, as_it_is);
    return table.make();
}

Columns queue_table(Rows& rows) {
    FactTable<QueueFact> table(rows);
    table.message(&QueueFact::message);
    table.octets("queue_id", &QueueFact::message, queue_id_words);
    table.word<QueueMove>("move", QueueMove::delayed_notice, views::word, &QueueFact::move);
    table.text("recipient", [](const QueueFact&, const RowView& row) {
        std::string_view tail = row.tail<QueueFact>();
        return views::take_line(tail);
    });
    table.number("code", &QueueFact::code);
    table.number("attempt", &QueueFact::attempt);
    table.moment("due", "due_s", &QueueFact::due, true);
    table.text("words", [](const QueueFact&, const RowView& row) {
        std::string_view tail = row.tail<QueueFact>();
        views::take_line(tail);
        return tail;
    });
    return table.make();
}

Columns deliveries_table(Rows& rows) {
    const views::TraceIndex& index = rows.index();
    std::size_t count = 0;
    for (const views::Custody step : index.custody) count += step.fact.move == CustodyMove::delivered;
    Columns out(count);
    When when(rows, out);
    Who node(rows, out);
    auto& message = out.numbers<std::uint32_t>("message");
    Texts& queue_id = out.texts("queue_id");
    queue_id.show = queue_id_words;
    Texts& mailbox = out.texts("mailbox");
    When sent(rows, out, "sent", "sent_s");
    auto& delay_s = out.numbers<double>("delay_s");
    Texts& subject = out.texts("subject");
    Texts& message_id = out.texts("message_id");
    auto& hops = out.numbers<std::uint32_t>("hops");
    for (std::uint32_t number = 0; number < index.custody.size(); ++number) {
        const views::Custody step = index.custody[number];
        if (step.fact.move != CustodyMove::delivered) continue;
        const RowView row = rows.trace.at(step.position);
        const views::Journey journey = index.journeys[step.journey];
        const views::Custody first = index.custody[journey.steps.front()];
        const bool composed = first.fact.move == CustodyMove::composed;
        when.put(step.time);
        node.put(step.node);
        message.put(step.journey + 1);
        const Id& id = row.as<CustodyFact>().message;
        queue_id.put({reinterpret_cast<const char*>(&id), sizeof id});
        mailbox.put(row.tail<CustodyFact>());
        sent.put(first.time);
        delay_s.put(static_cast<double>(step.time - first.time) / 1e9);
        composed ? subject.put(journey.subject()) : subject.put_none();
        composed ? message_id.put(journey.message_id()) : message_id.put_none();
        std::uint32_t accepted = 0;
        for (const std::uint32_t at : journey.steps)
            accepted += at < number && index.custody[at].fact.move == CustodyMove::accepted;
        hops.put(accepted);
    }
    return out;
}

}  // namespace postroad::python
