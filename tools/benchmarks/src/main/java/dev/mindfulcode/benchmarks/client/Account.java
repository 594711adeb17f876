package dev.mindfulcode.benchmarks.client;

import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.http.ApiException;
import dev.mindfulcode.cli.http.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** One signed-in person. Thread-safe; renews its tokens when they have run out. */
public final class Account {

    /** The contract's limits of one request. */
    public static final int BATCHES_MAX = 100;

    private static final int BODY_CHARS_MAX = 900_000;
    private static final Duration SPAN_MAX = Duration.ofDays(7);
    private static final int CONFLICT = 409;
    private static final int UNAUTHORIZED = 401;

    /** Password hashes are slow by design; more at a time than cores only need more memory. */
    private static final Semaphore SIGN_INS = new Semaphore(4);

    private final ApiClient api;
    private final Credentials credentials;
    private final ReentrantLock renewal = new ReentrantLock();
    private volatile Tokens tokens;

    private record Tokens(String access, String refresh) {}

    private Account(ApiClient api, Credentials credentials, Tokens tokens) {
        this.api = api;
        this.credentials = credentials;
        this.tokens = tokens;
    }

    /**
     * Signs in, or registers an unknown account.
     *
     * @param isNew whether to register first, which saves a password hash if the account most likely does not exist
     * @throws ApiException if the account exists with another password
     */
    public static Account signIn(ApiClient api, Credentials credentials, boolean isNew)
            throws ApiException, InterruptedException {
        SIGN_INS.acquire();
        try {
            return registerOrSignIn(api, credentials, isNew);
        } finally {
            SIGN_INS.release();
        }
    }

    private static Account registerOrSignIn(ApiClient api, Credentials credentials, boolean isNew)
            throws ApiException, InterruptedException {
        if (isNew) {
            ApiClient.Response registered = api.post("/api/auth/register", null, body(credentials));
            // Also the second try of a registration whose first answer was lost.
            if (registered.isSuccess()) {
                return new Account(api, credentials, tokens(registered.body()));
            }
            if (registered.status() != CONFLICT) {
                throw new ApiException("registering " + credentials.email() + " was refused: " + registered.problem());
            }
        }
        ApiClient.Response login = api.post("/api/auth/login", null, body(credentials));
        if (login.isSuccess()) {
            return new Account(api, credentials, tokens(login.body()));
        }
        if (login.status() == UNAUTHORIZED && !isNew) {
            return registerOrSignIn(api, credentials, true);
        }
        throw new ApiException("signing in " + credentials.email() + " was refused: " + login.problem()
                + (login.status() == UNAUTHORIZED
                        ? ". The account was made from another data folder: use that one, or another server"
                        : ""));
    }

    /** Starts a session, or does nothing where it is this person's already. */
    public void startSession(UUID id, long startedAtMs, String project, String language, String editor)
            throws ApiException, InterruptedException {
        String body = ApiClient.json()
                .createObjectNode()
                .put("session_id", id.toString())
                .put("started_at", Instant.ofEpochMilli(startedAtMs).toString())
                .put("project", project)
                .put("language", language)
                .put("editor", editor)
                .toString();
        expectSuccess("starting a session", post("/api/sessions/start", body));
    }

    public void endSession(UUID id) throws ApiException, InterruptedException {
        expectSuccess("ending a session", post("/api/sessions/" + id + "/end", "{}"));
    }

    /**
     * Sends batches in as few requests as the contract allows, in order; a rejected one does not hold up the others.
     */
    public SendOutcome send(List<Batch> batches) throws ApiException, InterruptedException {
        SendOutcome outcome = new SendOutcome();
        StringBuilder json = new StringBuilder();
        int from = 0;
        while (from < batches.size()) {
            int to = from;
            json.setLength(0);
            while (to < batches.size() && to - from < BATCHES_MAX && json.length() < BODY_CHARS_MAX) {
                json.append(to == from ? '[' : ',');
                batches.get(to++).appendJson(json);
            }
            json.append(']');
            sendRequest(batches.subList(from, to), json.toString(), outcome);
            from = to;
        }
        return outcome;
    }

    /** Sends reports of features in place of each batch; a batch of which one is rejected counts as rejected. */
    public SendOutcome sendFeatures(List<Batch> batches, FeatureClient client)
            throws ApiException, InterruptedException {
        SendOutcome outcome = new SendOutcome();
        for (Batch batch : batches) {
            String reports = client.reportsOf(batch);
            ApiClient.Response answer = post(
                    "/api/features",
                    () -> "{\"sent_at\":" + System.currentTimeMillis() + ",\"reports\":" + reports + '}');
            if (!answer.isSuccess()) {
                outcome.refused(batch, answer.problem());
            } else if (answer.body().path("rejected").isEmpty()) {
                outcome.accepted(batch);
            } else {
                outcome.rejected(
                        batch,
                        Problem.codeOf(answer.body()
                                .path("rejected")
                                .path(0)
                                .path("type")
                                .asString("")));
            }
        }
        return outcome;
    }

    private void sendRequest(List<Batch> batches, String array, SendOutcome outcome)
            throws ApiException, InterruptedException {
        // The clock at each attempt: the server corrects by the difference from its own.
        ApiClient.Response answer = post(
                "/api/keystrokes", () -> "{\"sent_at\":" + System.currentTimeMillis() + ",\"batches\":" + array + '}');
        if (answer.isSuccess()) {
            note(batches, answer.body().path("rejected"), outcome);
        } else if (batches.size() == 1) {
            outcome.refused(batches.getFirst(), answer.problem());
        } else {
            // The request as a whole is at fault: each batch has its own chance.
            for (Batch batch : batches) {
                outcome.add(send(List.of(batch)));
            }
        }
    }

    /** A rejected batch is never sent again: it would be rejected again. */
    private static void note(List<Batch> batches, JsonNode rejected, SendOutcome outcome) {
        Map<Integer, String> typeOfIndex = new HashMap<>();
        for (JsonNode rejection : rejected) {
            typeOfIndex.put(
                    rejection.path("index").asInt(-1),
                    Problem.codeOf(rejection.path("type").asString("")));
        }
        for (int i = 0; i < batches.size(); i++) {
            String type = typeOfIndex.get(i);
            if (type == null) {
                outcome.accepted(batches.get(i));
            } else {
                outcome.rejected(batches.get(i), type);
            }
        }
    }

    /**
     * Returns the keystrokes that the read model has for this person in [from, to), in requests of at most the
     * permitted range.
     */
    public long keystrokesFound(Instant from, Instant to) throws ApiException, InterruptedException {
        long keystrokes = 0;
        for (Instant start = from; start.isBefore(to); start = start.plus(SPAN_MAX)) {
            Instant end = start.plus(SPAN_MAX).isBefore(to) ? start.plus(SPAN_MAX) : to;
            String path = "/api/flow/minutes?from=" + start + "&to=" + end;
            for (JsonNode minute :
                    expectSuccess("reading minutes", get(path)).body().path("minutes")) {
                keystrokes += minute.path("keystrokes").asLong();
            }
        }
        return keystrokes;
    }

    /** Returns the keystrokes that the read model has for a session of this person. */
    public long keystrokesOf(UUID session) throws ApiException, InterruptedException {
        return expectSuccess("reading a session", get("/api/sessions/" + session))
                .body()
                .path("keystrokes")
                .asLong();
    }

    /** Imports rows of an exported log, a JSON array, and returns how many were not imported before. */
    public long importHistory(UUID source, String records) throws ApiException, InterruptedException {
        String body = "{\"source\":\"" + source + "\",\"records\":" + records + '}';
        return expectSuccess("importing history", post("/api/privacy/import", body))
                .body()
                .path("imported")
                .asLong();
    }

    /** Returns whether this person has a session. */
    public boolean hasSessions() throws ApiException, InterruptedException {
        JsonNode page = expectSuccess("reading sessions", get("/api/sessions/history?limit=1"))
                .body();
        return !page.path("sessions").isEmpty();
    }

    /** Sets the name and the time zone of the account. */
    public void describe(String name, ZoneId zone) throws ApiException, InterruptedException {
        String body = ApiClient.json()
                .createObjectNode()
                .put("name", name)
                .put("timezone", zone.getId())
                .toString();
        expectSuccess("describing the account", api.send("PATCH", "/api/account", tokens.access, body));
    }

    /**
     * Creates a link that signs in once, and returns its path, relative to the dashboard's address. The path is a
     * secret.
     */
    public String createSignInLink() throws ApiException, InterruptedException {
        String body = ApiClient.json()
                .createObjectNode()
                .put("current_password", credentials.password())
                .toString();
        return expectSuccess("creating a sign-in link", post("/api/account/sign-in-links", body))
                .body()
                .path("path")
                .asString();
    }

    /** Erases the account and everything about it. */
    public void erase() throws ApiException, InterruptedException {
        String body = ApiClient.json()
                .createObjectNode()
                .put("current_password", credentials.password())
                .toString();
        expectSuccess("erasing the account", api.send("DELETE", "/api/privacy/purge", tokens.access, body));
    }

    /** Returns the current access token; it is a secret. */
    public String accessToken() {
        return tokens.access;
    }

    private ApiClient.Response get(String path) throws ApiException, InterruptedException {
        Tokens used = tokens;
        ApiClient.Response answer = api.get(path, used.access);
        return answer.status() == UNAUTHORIZED ? api.get(path, renew(used).access) : answer;
    }

    private ApiClient.Response post(String path, String json) throws ApiException, InterruptedException {
        return post(path, () -> json);
    }

    private ApiClient.Response post(String path, Supplier<String> json) throws ApiException, InterruptedException {
        Tokens used = tokens;
        ApiClient.Response answer = api.post(path, used.access, json);
        return answer.status() == UNAUTHORIZED ? api.post(path, renew(used).access, json) : answer;
    }

    /** Renews once for all who found the same tokens run out. */
    private Tokens renew(Tokens expired) throws ApiException, InterruptedException {
        renewal.lockInterruptibly();
        try {
            if (tokens.access.equals(expired.access)) {
                String body = ApiClient.json()
                        .createObjectNode()
                        .put("refresh_token", expired.refresh)
                        .toString();
                ApiClient.Response refreshed = api.post("/api/auth/refresh", null, body);
                tokens = refreshed.isSuccess()
                        ? tokens(refreshed.body())
                        : Account.signIn(api, credentials, false).tokens;
            }
            return tokens;
        } finally {
            renewal.unlock();
        }
    }

    private static ApiClient.Response expectSuccess(String what, ApiClient.Response answer) throws ApiException {
        if (!answer.isSuccess()) {
            throw new ApiException(what + " was refused: " + answer.problem());
        }
        return answer;
    }

    private static String body(Credentials credentials) {
        return ApiClient.json()
                .createObjectNode()
                .put("email", credentials.email())
                .put("password", credentials.password())
                .toString();
    }

    private static Tokens tokens(JsonNode body) throws ApiException {
        String access = body.path("access_token").asString("");
        if (access.isEmpty()) {
            throw new ApiException("the server signed in without an access_token: is it Mindful Code?");
        }
        return new Tokens(access, body.path("refresh_token").asString(""));
    }
}
