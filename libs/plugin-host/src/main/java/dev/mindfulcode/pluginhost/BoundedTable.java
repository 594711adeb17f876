package dev.mindfulcode.pluginhost;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;

/**
 * A table of one guest. The runtime's own table stores its size in the module, which other guests share, and does not
 * check for overflow.
 */
final class BoundedTable extends TableInstance {

    BoundedTable(Table declared, int initialValue) {
        super(
                new Table(
                        declared.elementType(),
                        new TableLimits(
                                declared.limits().min(), declared.limits().max()),
                        declared.initialize()),
                initialValue);
    }

    @Override
    public int grow(int size, int value, Instance instance) {
        if (size == 0) {
            return size();
        }
        if (size < 0 || size > limits().max() - size()) {
            return -1;
        }
        return super.grow(size, value, instance);
    }
}
