package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.http.ApiException;
import java.util.ArrayList;
import java.util.List;

/** Accounts that {@code bench load-sessions} fills and {@code bench api} reads as. */
final class BenchAccounts {

    /**
     * Enough that one person's rows are not what the cache holds, few enough to hash their passwords in some seconds.
     */
    static final int ACCOUNTS = 8;

    private BenchAccounts() {}

    /** The first of them is the heavy user. */
    static List<Account> signIn(ApiClient api, LoadState state) throws ApiException, InterruptedException {
        List<Account> accounts = new ArrayList<>();
        for (int person = 0; person < ACCOUNTS; person++) {
            accounts.add(Account.signIn(api, state.credentials("bench-api-" + person), state.isNew()));
        }
        return accounts;
    }
}
