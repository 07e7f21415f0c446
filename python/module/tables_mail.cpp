// Tables that follow conversations and messages: custody, queues, deliveries.
#include <limits>

#include "python/module/tables.hpp"
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

// A message by its number in the views (0: unknown) and by its host's own name of it.
class Message {
  public:
    Message(const Rows& rows, Columns& out)
        : rows_(rows), number_(out.numbers<std::uint32_t>("message")),
          queue_id_(out.texts("queue_id")) {
        queue_id_.show = queue_id_words;
    }
    // `id` must stay where it is.
    void put(const Id& id) {
        const std::uint32_t journey = rows_.index().journey_of(id);
        number_.put(journey == nothing ? 0 : journey + 1);
        queue_id_.put({reinterpret_cast<const char*>(&id), sizeof id});
    }

  private:
    const Rows& rows_;
    Numbers<std::uint32_t>& number_;
    Texts& queue_id_;
};

std::string comma_separated(std::string_view lines) {
    std::string out;
    while (!lines.empty()) {
        if (!out.empty()) out += ", ";
        out += views::take_line(lines);
    }
    return out;
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

constexpr std::size_t custody_moves = static_cast<std::size_t>(CustodyMove::discarded) + 1;
constexpr std::size_t queue_moves = static_cast<std::size_t>(QueueMove::delayed_notice) + 1;
constexpr std::size_t endings = static_cast<std::size_t>(Ending::crashed) + 1;

}  // namespace

Columns conversations_table(Rows& rows) {
    const auto& all = rows.index().conversations;
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
        begun.put(one.begun);
        some(established, one.established);
        some(ended, one.ended);
        initiator.put(one.initiator);
        acceptor.put(one.acceptor);
        for (Codes* codes : {&source, &target, &service}) codes->put(static_cast<std::int32_t>(row));
        source.words.push_back(net::format(one.source));
        target.words.push_back(net::format(one.target));
        service.words.push_back(views::service_name(one.protocol, one.target_port));
        source_port.put(one.source_port);
        target_port.put(one.target_port);
        how.put(one.how);
        lines.put(one.lines);
        mails.put(one.mails);
        packets.put(one.packets);
        lost.put(one.lost);
        sent_again.put(one.sent_again);
        ++row;
    }
    return out;
}

Columns custody_table(Rows& rows) {
    Columns out(rows.rows_max());
    When when(rows, out);
    Who node(rows, out);
    Message message(rows, out);
    Word<CustodyMove> move(out, "move", custody_moves, views::word);
    auto& conversation = out.numbers<std::uint32_t>("conversation");
    auto& recipients = out.numbers<std::uint16_t>("recipients");
    Texts& reverse_path = out.texts("reverse_path");
    Texts& forward_paths = out.texts("forward_paths");
    forward_paths.show = comma_separated;
    Texts& mailbox = out.texts("mailbox");
    Texts& message_id = out.texts("message_id");
    Texts& subject = out.texts("subject");
    rows.each(Fact::custody, [&](const RowView& row) {
        const auto& fact = row.as<CustodyFact>();
        const CustodyWords words(fact, row.tail<CustodyFact>());
        const bool composed = fact.move == CustodyMove::composed;
        const bool envelope = !CustodyWords::in_mailbox(fact);
        when.put(row.head().time);
        node.put(row.head().node);
        message.put(fact.message);
        move.put(fact.move);
        conversation.put(rows.conversation(fact.conversation));
        recipients.put(fact.recipients);
        envelope ? reverse_path.put(words.reverse_path) : reverse_path.put_none();
        envelope ? forward_paths.put(words.forward_paths) : forward_paths.put_none();
        envelope ? mailbox.put_none() : mailbox.put(words.mailbox);
        composed ? message_id.put(words.message_id) : message_id.put_none();
        composed ? subject.put(words.subject) : subject.put_none();
    });
    return out;
}

Columns queue_table(Rows& rows) {
    Columns out(rows.rows_max());
    When when(rows, out);
    Who node(rows, out);
    Message message(rows, out);
    Word<QueueMove> move(out, "move", queue_moves, views::word);
    Texts& recipient = out.texts("recipient");
    auto& code = out.numbers<std::uint16_t>("code");
    auto& attempt = out.numbers<std::uint32_t>("attempt");
    When due(rows, out, "due", "due_s");
    Texts& words = out.texts("words");
    rows.each(Fact::queue, [&](const RowView& row) {
        const auto& fact = row.as<QueueFact>();
        std::string_view tail = row.tail<QueueFact>();
        when.put(row.head().time);
        node.put(row.head().node);
        message.put(fact.message);
        move.put(fact.move);
        recipient.put(views::take_line(tail));
        code.put(fact.code);
        attempt.put(fact.attempt);
        fact.due == 0 ? due.put_never() : due.put(fact.due);
        words.put(tail);
    });
    return out;
}

Columns deliveries_table(Rows& rows) {
    const views::TraceIndex& index = rows.index();
    std::size_t count = 0;
    for (const views::Custody& step : index.custody) count += step.fact.move == CustodyMove::delivered;
    Columns out(count);
    When when(rows, out);
    Who node(rows, out);
    Message message(rows, out);
    Texts& mailbox = out.texts("mailbox");
    When sent(rows, out, "sent", "sent_s");
    auto& delay_s = out.numbers<double>("delay_s");
    Texts& subject = out.texts("subject");
    Texts& message_id = out.texts("message_id");
    auto& hops = out.numbers<std::uint32_t>("hops");
    for (const views::Custody& step : index.custody) {
        if (step.fact.move != CustodyMove::delivered) continue;
        const RowView row = rows.trace.at(step.position);
        const views::Journey& journey = index.journeys[step.journey];
        const views::Custody& first = index.custody[journey.steps.front()];
        const bool composed = first.fact.move == CustodyMove::composed;
        when.put(step.time);
        node.put(step.node);
        message.put(row.as<CustodyFact>().message);
        mailbox.put(row.tail<CustodyFact>());
        sent.put(first.time);
        delay_s.put(static_cast<double>(step.time - first.time) / 1e9);
        composed ? subject.put(journey.subject) : subject.put_none();
        composed ? message_id.put(journey.message_id) : message_id.put_none();
        std::uint32_t accepted = 0;
        for (const std::uint32_t at : journey.steps)
            accepted += at < static_cast<std::uint32_t>(&step - index.custody.data()) &&
                        index.custody[at].fact.move == CustodyMove::accepted;
        hops.put(accepted);
    }
    return out;
}

}  // namespace postroad::python
