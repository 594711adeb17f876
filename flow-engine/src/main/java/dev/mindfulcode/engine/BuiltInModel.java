package dev.mindfulcode.engine;

import java.util.Base64;

/**
 * The model that judges where no other is given: network-1, the winner of docs/evaluation.md by the rule fixed before it. As text in a
 * class, because this module reads no files; {@code ./mindful train} on the same logs gives the same bytes.
 */
final class BuiltInModel {
    private static final String ARTEFACT = """
            TUZMTQEAAgluZXR3b3JrLTHXfwU/diIfP0UawT7PAEQ+wjLrPtOqOT6Lbj8+8BDlPUY6bT4vOVE+YQhvPxEBEexsvbUD7j7cg6E+
            gf+vv8MWN74mvoW9QIWLvhbnGD6xVok+guw8v28S0b5XlVS9csq3PqIfLL6ZGOc+qvcmv6xSsL6lmRu+pvpwv+rL8T/s7rA+vh/J
            uXg31b1mvBo+GcMHv3WV+T0Zu5M+FcOjv9ikjL6EsT+9VglwP0jEo761veg+pMYSvMQdPT7elYe9IvfPvupzbTwybUC/X8wPv3t3
            LTtLQaG9Gf1sPhvsKLvRbSA/OZ2gunK/Db/8LXA9lj8jv3JWLz5QQ48+AAAAAJgb4T5yRxK+ZpcPP2mzxj7upy48AAAAAMS1jL9a
            9AI+H8L+vbjvvL8mlVa/AAAAAOJYk750ryQ+mYYJvyg7l78o3j8+AAAAAKRDvz6VprI8CSlyPJa/RT7wd/Q+AAAAAKvOET9F/H69
            JOoDv9wmSb+HjDq/AAAAAJ4d2j1quLC7z/yPv0xKjj5kYb0+AAAAAFfMmT/Evh8+9yiePxuUBj5rP8s+AAAAAJtiW74tRAg+AAAA
            AAAAAACCq5M7fnWJPgAAAABgbH89AAAAAMaTiD5CEPI+Lmh4Podkhb5hZia+hiNePqorqz2dtT+/A3v2PdvwDD1yHqw7ZQ2lO0t+
            oD5haQ88+BSHOxLOAz1hHYY9HtqFOxiv2D4jlAq+HopovlWmgD6MPB0+yTkFvuPBqr45skG+u1YevgAAAAAAAAAAY/VRO0rr0z0A
            AAAALIHaPgAAAADiuu89SKGovTEZRz2MBTA+yBa0vg4avD4oY+A9RgraPMuaBL8vM2i9C8TrPp/HxD4AAAAA2a7DPT35+D7uZdQ9
            F+RDP5H/+T6QRY+/FA+9vl0tQ74FbMY+jR85vxkdRj5s8bQ9og55v9N1Zb0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
            AKNZwTxahpc9bRM0v+i9FL+YMdU+PbUXv9QuFD9J7Wu8z2VaPAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAjrkmvZqK
            yr5yV826Lbwav9r+/T5V3Gq9pxWsvYomnj6i2CY9AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAK1OE+Rb00PXoR0j63
            wLk+xFWMvr119j7JZqo6B497PvSs1L0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGot6r1ZqGg/IReGvb0K5D1MnYO+
            +vnnvvsdab9Jt7q9gtrfPaLkzz5nkVs/5O9PPgAAAADUhg4+q+DxPQSUxb6EoAY+uMFiveVuuT6y9gc/7JWQOwAAAACoiLQ+bu7s
            PUnsgz7X0/O+IM5QPAAAAAAAAAAAAAAAAAAAAAA2wHe9u9Iyvdpmzj5DkH6/+kE9vgAAAAAAAAAAAAAAAAAAAADhj7m+jHCWvhbP
            tD5Miea+z9ANuzB8VD810r0+7B6zuwMunL/V3sY+0RtCPxL/Ij+IgUM9p84UTg==
            """;

    static final FlowModel INSTANCE =
            ModelArtefact.decode(Base64.getMimeDecoder().decode(ARTEFACT));

    private BuiltInModel() {}
}
