package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.http.ApiException;
import java.util.ArrayList;
import java.util.List;

/** Accounts that {@code bench load-sessions} fills and {@code bench api} uses. */
final class BenchAccounts {

    /**
     * Enough that the rows of one account do not fill the cache, few enough to hash their passwords in seconds.
     */
    static final int ACCOUNTS = 8;

    private BenchAccounts() {}

    /** The first account is the heavy user. */
    static List<Account> signIn(ApiClient api, LoadState state) throws ApiException, InterruptedException {
        List<Account> accounts = new ArrayList<>();
        for (int person = 0; person < ACCOUNTS; person++) {
            accounts.add(Account.signIn(api, state.credentials("bench-api-" + person), state.isNew()));
        }
        return accounts;
    }
}
