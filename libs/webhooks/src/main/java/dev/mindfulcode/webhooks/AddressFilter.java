package dev.mindfulcode.webhooks;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * A channel handler that connects to allowed addresses only. It checks the address of the connection itself, after the
 * name was resolved, so that a second resolution cannot return another address.
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

    /** The address may not be called. The message omits it: a user could map names of the internal network by it. */
    static final class ForbiddenAddressException extends IOException {

        ForbiddenAddressException() {
            super("the address may not be called");
        }
    }
}
