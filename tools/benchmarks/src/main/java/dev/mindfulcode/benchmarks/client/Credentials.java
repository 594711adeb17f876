package dev.mindfulcode.benchmarks.client;

/** Email address and password. Never logged: {@link #toString} omits the password. */
public record Credentials(String email, String password) {

    @Override
    public String toString() {
        return "Credentials[" + email + "]";
    }
}
