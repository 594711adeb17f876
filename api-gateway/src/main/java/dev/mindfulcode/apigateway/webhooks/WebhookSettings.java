package dev.mindfulcode.apigateway.webhooks;

import dev.mindfulcode.webkit.limits.CidrBlock;
import org.springframework.core.env.Environment;

/**
 * What the environment says about webhooks.
 *
 * @param allowHttp whether they may go without TLS
 */
record WebhookSettings(PublicAddresses addresses, boolean allowHttp) {

    /** @throws IllegalStateException naming the variable and how to set it */
    static WebhookSettings read(Environment environment) {
        return new WebhookSettings(
                new PublicAddresses(CidrBlock.parseAll(
                        "WEBHOOK_ALLOWED_NETWORKS", environment.getProperty("WEBHOOK_ALLOWED_NETWORKS"))),
                Boolean.parseBoolean(environment.getProperty("WEBHOOK_ALLOW_HTTP", "false")));
    }
}
