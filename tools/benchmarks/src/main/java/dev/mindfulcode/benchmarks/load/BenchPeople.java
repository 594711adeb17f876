package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.client.ApiException;
import dev.mindfulcode.benchmarks.client.MindfulApi;
import java.util.ArrayList;
import java.util.List;

/** The people whom {@code bench load-sessions} gives a past and {@code bench api} asks as. */
final class BenchPeople {

    /**
     * Enough that one person's rows are not what the cache holds, few enough to hash their passwords in some seconds.
     */
    static final int SIGNED_IN = 8;

    private BenchPeople() {}

    /** The first of them is the heavy user. */
    static List<Account> signIn(MindfulApi api, LoadState state) throws ApiException, InterruptedException {
        List<Account> accounts = new ArrayList<>();
        for (int person = 0; person < SIGNED_IN; person++) {
            accounts.add(api.signIn(state.credentials("bench-api-" + person), state.isNew()));
        }
        return accounts;
    }
}
