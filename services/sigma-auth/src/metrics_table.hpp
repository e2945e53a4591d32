// The service's own families of metrics, and the table of all of them.
#pragma once
#include <vector>

#include "sigma/core/metric_traits.hpp"

namespace sigma::service {
namespace metric {

using core::MetricTraits;
using enum core::MetricType;

inline constexpr MetricTraits kTokenRequests{
    "sigma_token_requests_total",
    counter,
    "Requests for tokens, by grant and by what came of them.",
    {{{"grant", "`grant_type`; `none`: missing, or one that the server does not know"},
      {"outcome", "`ok`, or an [error](errors.md)"}}}};
inline constexpr MetricTraits kSecurityEvents{"sigma_security_events_total",
                                              counter,
                                              "Events of the audit log, as this replica's requests caused them.",
                                              {{{"type", "an [audit event](audit-events.md)"},
                                                {"outcome", "`ok` or `refused`"},
                                                {"error", "of a refusal: an [error](errors.md), or `other`"}}}};
inline constexpr MetricTraits kLogoutDeliveries{
    "sigma_logout_deliveries_total",
    counter,
    "Attempts to tell an application of the end of a session (back-channel logout).",
    {{{"outcome", "`delivered`, `postponed` (failed, is tried again), `given_up`, `unwanted`"}}}};
inline constexpr MetricTraits kAuditQueued{"sigma_audit_queued", gauge,
                                           "Events that wait to be written to the audit log."};
inline constexpr MetricTraits kAuditLost{"sigma_audit_lost_total", counter,
                                         "Events that found the queue full: they are in the process log only."};
inline constexpr MetricTraits kLiveTokens{"sigma_live_tokens_remembered", gauge,
                                          "Access tokens that are remembered, for two seconds at most."};

inline constexpr MetricTraits kCacheLookups{"sigma_cache_lookups_total",
                                            counter,
                                            "Look-ups in what is remembered, by whether it was there.",
                                            {{{"cache",
                                               "`live_tokens`: access tokens; `clients`: registered clients; "
                                               "`client_documents`: what clients publish, keys and "
                                               "descriptions; `wallet_holdings`: what the indexer said"},
                                              {"outcome", "`hit` or `miss`"}}}};

inline constexpr MetricTraits kQueued{
    "db_queued", gauge, "Calls that wait for a database thread.", {{{"kind", "`read` or `write`"}}}};
inline constexpr MetricTraits kConnections{
    "db_connections",
    gauge,
    "Connections of the database threads.",
    {{{"state", "`open`; `busy`: inside a statement or a transaction; `allowed`: as many as there can be"}}}};
inline constexpr MetricTraits kLoopConnections{
    "db_loop_connections",
    gauge,
    "Open connections on which event loops ask Postgres themselves; 0 on the embedded store and behind a pooler.",
    {{{"kind", "`read` or `write`"}}}};
inline constexpr MetricTraits kLoopWaiting{"db_loop_waiting",
                                           gauge,
                                           "Statements of event loops that Postgres has not answered yet.",
                                           {{{"kind", "`read` or `write`"}}}};
inline constexpr MetricTraits kTableRows{
    "db_table_rows",
    gauge,
    "Rows, estimated, measured every five minutes; on the embedded store at the start and once a day.",
    {{{"table", "name of the table"}}}};
inline constexpr MetricTraits kTableBytes{
    "db_table_bytes",
    gauge,
    "Bytes with indexes, measured every five minutes; on the embedded store at the start and once a day.",
    {{{"table", "name of the table"}}}};
inline constexpr MetricTraits kDatabaseBytes{
    "db_bytes", gauge, "Bytes of the whole database, with what is free in it, measured every five minutes."};
inline constexpr MetricTraits kRowsRemoved{
    "db_expired_rows_removed_total", counter,
    "Expired rows that the upkeep removed; of several replicas one works at a time."};

inline constexpr MetricTraits kSigningQueued{"signing_queued", gauge,
                                             "Signatures and new keys that wait for a thread."};
inline constexpr MetricTraits kKeysPublished{"signing_keys_published", gauge, "Keys in the JWKS."};
inline constexpr MetricTraits kKeyActiveSince{
    "signing_key_active_timestamp_seconds",
    gauge,
    "When the key that signs now began to, in seconds since 1970; read every five minutes.",
    {{{"alg", "JOSE algorithm"}}}};

inline constexpr MetricTraits kBapCircuitOpen{
    "sigma_bap_circuit_open", gauge,
    "1 while the BAP API is left alone after failures; only where SIGMA_BAP_API_URL is set."};
inline constexpr MetricTraits kTraceSpans{
    "trace_spans_total",
    counter,
    "Spans of requests, by what became of them; only where SIGMA_OTLP_URL is set.",
    {{{"outcome", "`sent` or `lost`"}}}};
inline constexpr MetricTraits kLogLinesDropped{"log_lines_dropped_total", counter,
                                               "Log lines lost because the writer was too slow."};

inline constexpr MetricTraits kResidentMemory{"process_resident_memory_bytes", gauge, "Memory that is in RAM."};
inline constexpr MetricTraits kCpuSeconds{"process_cpu_seconds_total", counter, "CPU time spent, user and system."};
inline constexpr MetricTraits kOpenFiles{"process_open_fds", gauge, "Open files and sockets."};
inline constexpr MetricTraits kThreads{"process_threads", gauge, "Threads."};
inline constexpr MetricTraits kStartTime{"process_start_time_seconds", gauge,
                                         "When the process began, in seconds since 1970."};
inline constexpr MetricTraits kBuildInfo{
    "sigma_build_info", gauge, "1; the label says which release this is.", {{{"version", "release"}}}};

}  // namespace metric

/// Everything that GET /metrics can say, in the order of the reference.
std::vector<core::MetricTraits> all_metrics();

}  // namespace sigma::service
