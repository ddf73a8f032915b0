; A guest that is nothing but a boot sector: it says what guest/init says, as soon as the BIOS has loaded it.
;   disk <boot uuid> last-sequence <sequence in sector 1024>
;   tick <boot uuid> <sequence> <uptime in seconds>      every second, and the sequence into sector 1024
; Where a boot is measured that is not the point, an emulated Linux takes seconds of it; this one takes a tenth.
; nasm -f bin
bits 16
org 0x7C00

COM1      equ 0x3F8
SECTOR    equ 1024
BUFFER    equ 0x8000
UUID      equ 0x8400      ; as text, 36 characters and a 0
BIOS_TICK equ 0x046C      ; 18.2 a second

start:
        jmp 0:begin
begin:
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7C00
        cld
        mov [packet.drive], dl
        sti

; 115200 baud, 8 bits, no parity
        mov si, serial
        mov cx, 5
.port:  lodsw
        movzx dx, al
        add dx, COM1
        mov al, ah
        out dx, al
        loop .port

; A version 4 UUID of the time of day, the time-stamp counter and the ticks of the BIOS.
        mov di, UUID
        xor cx, cx
.digit: call random
        cmp cl, 14
        jne .variant
        mov al, 4
.variant:
        cmp cl, 19
        jne .hex
        and al, 3
        or al, 8
.hex:   cmp al, 10
        jb .store
        add al, 'a' - '0' - 10
.store: add al, '0'
        cmp cl, 8
        je .dash
        cmp cl, 13
        je .dash
        cmp cl, 18
        je .dash
        cmp cl, 23
        jne .put
.dash:  mov al, '-'
.put:   stosb
        inc cx
        cmp cl, 36
        jb .digit
        mov byte [di], 0

; What an earlier boot has written
        mov ah, 0x42
        call disk
        mov si, text.disk
        call print
        mov si, UUID
        call print
        mov si, text.last
        call print
        mov si, BUFFER
        mov byte [si + 10], 0
        call print
        mov si, text.end
        call print

        mov eax, [BIOS_TICK]
        mov [began], eax
again:
        inc dword [sequence]
        mov si, text.tick
        call print
        mov si, UUID
        call print
        mov al, ' '
        call put
        mov eax, [sequence]
        call decimal            ; into the buffer, which is written to the disk then
        mov si, BUFFER
        call print
        mov ah, 0x43
        call disk
        mov al, ' '
        call put
        mov eax, [BIOS_TICK]
        sub eax, [began]
        mov ebx, 10
        mul ebx
        mov ebx, 182
        div ebx
        call decimal
        mov si, BUFFER
        call print
        mov si, text.end
        call print
        mov ebx, [BIOS_TICK]
        add ebx, 18
.wait:  hlt
        cmp [BIOS_TICK], ebx
        jb .wait
        jmp again

; AH = 0x42 reads sector 1024 into the buffer, 0x43 writes it.
disk:
        mov dl, [packet.drive]
        mov al, 0
        mov si, packet
        int 0x13
        ret

; EAX as decimal text into the buffer, the rest of which is blank
decimal:
        push eax
        mov di, BUFFER
        mov cx, 256
        mov ax, '  '
        rep stosw
        pop eax
        mov di, BUFFER
        mov ebx, 10
.divide:
        xor edx, edx
        div ebx
        push dx
        inc cx
        test eax, eax
        jnz .divide
.out:   pop ax
        add al, '0'
        stosb
        loop .out
        ret

; Text at SI up to a 0 or a blank that ends a number
print:
        lodsb
        test al, al
        jz .done
        cmp si, BUFFER
        jb .put
        cmp si, UUID
        jae .put
        cmp al, '0'
        jb .done
.put:   call put
        jmp print
.done:  ret

put:
        push ax
        mov dx, COM1 + 5
.full:  in al, dx
        test al, 0x20
        jz .full
        pop ax
        mov dx, COM1
        out dx, al
        ret

; AL = a digit, 0 to 15. The state is stirred with whatever counts.
random:
        push cx
        rdtsc
        xor eax, [BIOS_TICK]
        xor eax, [state]
        imul eax, eax, 0x9E3779B1
        add eax, edx
        mov [state], eax
        mov al, 0               ; seconds of the clock
        out 0x70, al
        in al, 0x71
        add [state + 1], al
        mov eax, [state]
        shr eax, 27
        and al, 15
        pop cx
        ret

; offset from the port, value
serial: db 3, 0x80, 0, 1, 1, 0, 3, 3, 2, 7
text:
.disk:  db "disk ", 0
.last:  db " last-sequence ", 0
.tick:  db "tick ", 0
.end:   db 13, 10, 0

began:    dd 0
sequence: dd 0
state:    dd 0x6B766F72

packet: db 16, 0
        dw 1, BUFFER, 0
        dq SECTOR
.drive: db 0

        times 510 - ($ - $$) db 0
        dw 0xAA55
