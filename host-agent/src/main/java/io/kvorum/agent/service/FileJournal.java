package io.kvorum.agent.service;

import io.kvorum.agent.files.AtomicFile;
import io.kvorum.proto.agent.v1.ExecuteResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * An append-only file of records: length, CRC-32C, payload. A record torn by a crash at the end is dropped; damage
 * before it stops the agent. Kept for 24 hours and 10,000 commands; the file is rewritten when it holds twice that.
 */
final class FileJournal implements CommandJournal {
    static final int LIMIT = 10_000;
    static final Duration AGE = Duration.ofHours(24);
    private static final int MAX_RECORD = 1 << 20;

    private record Kept(long time, Entry entry) {}

    private final Path file;
    private final InstantSource clock;
    private final int limit;
    private final Map<String, Kept> entries = new LinkedHashMap<>();
    private FileChannel channel;
    private int records;

    private FileJournal(Path file, InstantSource clock, int limit) throws IOException {
        this.file = file;
        this.clock = clock;
        this.limit = limit;
        if (Files.exists(file)) {
            read(ByteBuffer.wrap(Files.readAllBytes(file)));
        }
        this.channel = compact();
    }

    /** Throws IOException where the file is damaged. */
    static FileJournal open(Path file, InstantSource clock) throws IOException {
        return open(file, clock, LIMIT);
    }

    /** Keeps so many commands. */
    static FileJournal open(Path file, InstantSource clock, int limit) throws IOException {
        return new FileJournal(file, clock, limit);
    }

    @Override
    public synchronized Optional<Entry> find(String commandId) {
        return Optional.ofNullable(entries.get(commandId)).map(Kept::entry);
    }

    @Override
    public synchronized void begin(String commandId, Subject subject) {
        append(commandId, new Kept(clock.millis(), new Begun(subject)));
    }

    @Override
    public synchronized void end(ExecuteResponse response) {
        append(response.getCommandId(), new Kept(clock.millis(), new Ended(response)));
    }

    @Override
    public synchronized void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void append(String id, Kept kept) {
        try {
            ByteBuffer record = ByteBuffer.wrap(encode(id, kept));
            while (record.hasRemaining()) {
                channel.write(record);
            }
            channel.force(false);
            entries.remove(id);
            entries.put(id, kept);
            if (++records > 2 * limit) {
                channel.close();
                channel = compact();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The journal " + file + " cannot be written; free space on its file system", e);
        }
    }

    private FileChannel compact() throws IOException {
        long oldest = clock.millis() - AGE.toMillis();
        entries.values().removeIf(kept -> kept.time() < oldest);
        for (Iterator<String> ids = entries.keySet().iterator(); entries.size() > limit && ids.hasNext(); ) {
            ids.next();
            ids.remove();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Map.Entry<String, Kept> entry : entries.entrySet()) {
            out.writeBytes(encode(entry.getKey(), entry.getValue()));
        }
        AtomicFile.write(file, out.toByteArray(), "rw-------");
        records = entries.size();
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    private void read(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int start = bytes.position();
            if (bytes.remaining() < 8) {
                return;
            }
            int length = bytes.getInt();
            int crc = bytes.getInt();
            if (length > 0 && length <= MAX_RECORD && length > bytes.remaining()) {
                return;
            }
            boolean sound = length > 0 && length <= MAX_RECORD;
            byte[] payload = new byte[sound ? length : 0];
            bytes.get(payload);
            if (!sound || crc(payload) != crc) {
                if (sound && !bytes.hasRemaining()) {
                    return;
                }
                throw new IOException("The command journal " + file + " is damaged at byte " + start
                        + ". Move it away only when no command of the last 24 hours can come again");
            }
            decode(payload);
        }
    }

    private static byte[] encode(String id, Kept kept) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(body)) {
            out.writeLong(kept.time());
            out.writeUTF(id);
            switch (kept.entry()) {
                case Begun(Subject subject) -> {
                    out.writeByte(1);
                    out.writeInt(subject.command());
                    out.writeUTF(subject.id());
                    out.writeUTF(subject.targetAddress());
                    out.writeUTF(subject.targetHostId());
                }
                case Ended(ExecuteResponse response) -> {
                    out.writeByte(2);
                    response.writeTo(out);
                }
            }
        }
        byte[] payload = body.toByteArray();
        return ByteBuffer.allocate(8 + payload.length)
                .putInt(payload.length)
                .putInt(crc(payload))
                .put(payload)
                .array();
    }

    private void decode(byte[] payload) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload));
        long time = in.readLong();
        String id = in.readUTF();
        Entry entry = switch (in.readByte()) {
            case 1 -> new Begun(new Subject(in.readInt(), in.readUTF(), in.readUTF(), in.readUTF()));
            case 2 -> new Ended(ExecuteResponse.parseFrom(in));
            default -> throw new IOException("The command journal " + file + " is of a newer agent");
        };
        entries.remove(id);
        entries.put(id, new Kept(time, entry));
        records++;
    }

    private static int crc(byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(payload);
        return (int) crc.getValue();
    }
}
