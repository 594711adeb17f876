package dev.mindfulcode.webhooks;

import dev.mindfulcode.webkit.limits.CidrBlock;
import java.util.List;

/**
 * Settings of webhooks.
 *
 * @param addresses that may be called
 * @param allowHttp whether webhooks may use plain HTTP
 */
public record WebhookSettings(PublicAddresses addresses, boolean allowHttp) {

    /** @param allowedNetworks networks that may be called although they are not public */
    public WebhookSettings(List<CidrBlock> allowedNetworks, boolean allowHttp) {
        this(new PublicAddresses(allowedNetworks), allowHttp);
    }
}
