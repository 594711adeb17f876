package dev.mindfulcode.flowstream;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Bounds the memory of all stores of this process outside the heap: blocks, their indexes and the write buffers share
 * one cache. By default each store of each partition would use 50 MB and three write buffers of 16 MB.
 */
public final class BoundedMemoryRocksDbConfig implements RocksDBConfigSetter {

    static final long CACHE_BYTES_MAX = 64L << 20;
    static final long WRITE_BUFFERS_BYTES_MAX = 32L << 20;

    private static final long WRITE_BUFFER_BYTES = 4L << 20;
    private static final long BLOCK_BYTES = 8L << 10;
    private static final double BLOOM_BITS_PER_KEY = 10;

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(Shared.CACHE);
        table.setCacheIndexAndFilterBlocks(true);
        table.setPinTopLevelIndexAndFilter(true);
        table.setBlockSize(BLOCK_BYTES);
        table.setFilterPolicy(Shared.BLOOM_FILTER);
        options.setWriteBufferManager(Shared.WRITE_BUFFERS);
        options.setWriteBufferSize(WRITE_BUFFER_BYTES);
        options.setMaxWriteBufferNumber(2);
        options.setCompressionType(CompressionType.LZ4_COMPRESSION);
        options.setTableFormatConfig(table);
    }

    @Override
    public void close(String storeName, Options options) {
        // Shared by all stores for as long as the process lives.
    }

    private static final class Shared {

        static {
            RocksDB.loadLibrary();
        }

        static final Cache CACHE = new LRUCache(CACHE_BYTES_MAX);
        static final WriteBufferManager WRITE_BUFFERS = new WriteBufferManager(WRITE_BUFFERS_BYTES_MAX, CACHE);
        static final BloomFilter BLOOM_FILTER = new BloomFilter(BLOOM_BITS_PER_KEY);
    }
}
