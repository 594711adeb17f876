package dev.mindfulcode.benchmarks.client;

/** Who signs in. Never logged: {@link #toString} leaves the password out. */
public record Credentials(String email, String password) {

    @Override
    public String toString() {
        return "Credentials[" + email + "]";
    }
}
