package dev.mindfulcode.apigateway.webhooks;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Lets a channel connect to addresses that may be called, and to no other. It stands where the connection is made: what
 * is judged is the address itself, after the name was looked up and whatever form it was written in, so that there is
 * no second look-up to lie to.
 */
@ChannelHandler.Sharable
final class AddressFilter extends ChannelOutboundHandlerAdapter {

    private final PublicAddresses addresses;

    AddressFilter(PublicAddresses addresses) {
        this.addresses = addresses;
    }

    @Override
    public void connect(
            ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise)
            throws Exception {
        if (remote instanceof InetSocketAddress known
                && known.getAddress() != null
                && addresses.mayCall(known.getAddress())) {
            super.connect(context, remote, local, promise);
        } else {
            promise.setFailure(new ForbiddenAddressException());
        }
    }

    /**
     * The address is not one that may be called. Without the address: who named it would learn what a name means in
     * here.
     */
    static final class ForbiddenAddressException extends IOException {

        ForbiddenAddressException() {
            super("the address may not be called");
        }
    }
}
